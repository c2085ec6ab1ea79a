"""What every test has: real servers, the application's database role, people with names."""

import gc
import logging
import shutil

import pytest
from _pytest.main import pytest_runtestloop as run_all_tests
from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone

from clinic.db import roles
from clinic.embedded.errors import CannotStart
from clinic.embedded.static import collect_static
from clinic.embedded.testing import start_for_tests
from tests import reading
from tests.cleaning import clean_fast
from tests.factories import people
from tests.factories.pages import all_live
from tests.web import Web

APP_ROLE = "clinic_app"


def pytest_configure(config):
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        config.stop_servers = start_for_tests()
    except CannotStart as error:
        pytest.exit(str(error), returncode=2)
    collect_static()  # only now is this DATA_DIR ours


def pytest_collection_finish(session):
    """What is loaded by now stays: no need to look through it for garbage during every test, nor for young garbage often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Run everything below a call with room on Python's stack, as clinic/wsgi.py does: a third less time."""
    return _with_room(session)


def _with_room(session):
    return run_all_tests(session)


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=34_000)


def pytest_unconfigure(config):
    getattr(config, "stop_servers", lambda: None)()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, with the application's role and its rights."""
    with django_db_blocker.unblock():
        roles.grant(connection)
        clean_fast()
    connection_created.connect(_new_connections_are_the_applications, weak=False)
    yield
    connection_created.disconnect(_new_connections_are_the_applications)
    shutil.rmtree(settings.DOCUMENTS_DIR, ignore_errors=True)  # the rows went with their tests


def _new_connections_are_the_applications(connection, **kwargs):
    with connection.cursor() as cursor:
        cursor.execute(f"set role {APP_ROLE}")


@pytest.fixture(autouse=True)
def as_the_application(request):
    """Run the test as the role the application has; set-up and the cleaner run as the owner."""
    asks = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    if not asks and not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("_django_db_helper")  # first the database, then the role; the other way round at the end
    with connection.cursor() as cursor:
        cursor.execute(f"set role {APP_ROLE}")
    yield
    if connection.connection is not None and not connection.connection.closed:
        connection.connection.rollback() if connection.needs_rollback and not connection.in_atomic_block else None
        with connection.cursor() as cursor:
            cursor.execute("reset role")


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    """Staff sign in without a second factor; the tests of the second factor switch it on."""
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture(autouse=True)
def passwords_are_cheap(settings):
    """Argon2 is slow on purpose; a test that measures it says so."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def static_files_are_looked_up(settings):
    """Every test client makes the middleware anew, and a list of all static files takes longer than most tests."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def every_message_is_read(settings, tmp_path_factory):
    """Mails stay in memory and texts in files; each is read, and none says what it should not."""
    settings.EMAIL_BACKEND = "tests.reading.EmailBackend"
    settings.SMS_GATEWAY = "tests.reading.TextGateway"
    settings.SMS_FILE_PATH = tmp_path_factory.getbasetemp() / "texts"
    reading.faults.clear()
    yield
    assert reading.faults == []


@pytest.fixture(scope="session")
def web(django_db_setup):
    """The web server process, as ``make run`` starts it, on the tests' database."""
    with Web() as server:
        yield server


@pytest.fixture
def amina(db):
    """A patient with an account and a complete profile."""
    return people.patient("amina@example.com", first_names="Amina", family_name="Example")


@pytest.fixture
def ben(db):
    """Another patient: the stranger."""
    return people.patient("ben@example.com", first_names="Ben", family_name="Sample")


@pytest.fixture
def rosa(db):
    """Reception (a User)."""
    return people.user("rosa@example.com", role="reception")


@pytest.fixture
def manager(db):
    """The manager (a User)."""
    return people.user("manager@example.com", role="manager")


@pytest.fixture
def okafor(db):
    """A neurologist (a Clinician)."""
    return people.clinician("okafor@example.com", name="Dr Ada Okafor", specialty="Neurology")


@pytest.fixture
def lind(db):
    """A pain specialist (a Clinician)."""
    return people.clinician("lind@example.com", name="Dr Erik Lind", specialty="Pain medicine")


@pytest.fixture
def pages(okafor, manager):
    """The public pages, signed and live."""
    return all_live(at=timezone.now(), signers=(okafor.user, manager))


@pytest.fixture
def as_user(client):
    """Sign in: ``as_user(user)`` gives a client that is that user."""

    def sign_in(user):
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
