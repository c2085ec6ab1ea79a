-- The answer of the page of free times in one statement: how many clock times each day has, each clinician's
-- first free time, and the times of the first free day.
-- A start is free where the visit fits into an opening and the visit with its buffers touches nothing busy. Both are
-- ranges of starts: an opening gives the closed range from its start to its end less the visit; something busy takes
-- away the open range around it. Opening times inside the hour that the clock skips or repeats are not looked after.
with kind as (
    select id, minutes * interval '1 min' as length, align_minutes * interval '1 min' as step, modes,
        buffer_before * interval '1 min' as before, (minutes + buffer_after) * interval '1 min' as needed,
        %(now)s + notice_hours * interval '1 hour' as earliest
    from bookings_appointmentkind where id = %(kind)s
),
people as (
    select clinician_id as id from bookings_appointmentkind_clinicians where appointmentkind_id = %(kind)s
),
days as (
    select day::date, not day::date = any(%(holidays)s::date[]) as is_usual
    from generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 day') day
),
added as (
    select clinician_id, day, starts, ends, hours.modes
    from bookings_weeklyhours hours
    join people on people.id = clinician_id
    join days on is_usual and weekday = extract(isodow from day) - 1
        and valid_from <= day and coalesce(valid_until >= day, true)
    union all
    select clinician_id, day, starts, ends, modes
    from bookings_hoursexception extra
    join people on people.id = clinician_id
    where kind = 'extra' and day between %(first)s and %(last)s
),
closed as (
    select clinician_id, day, range_agg(int4range(starts, ends)) as minutes
    from bookings_hoursexception
    where kind = 'closed' and day between %(first)s and %(last)s
    group by clinician_id, day
),
open as (
    select added.clinician_id, added.day, mode,
        range_agg(int4range(starts, ends)) - coalesce(own.minutes, '{}') - coalesce(of_all.minutes, '{}') as minutes
    from kind, added
    cross join unnest(added.modes) mode
    left join closed own on own.clinician_id = added.clinician_id and own.day = added.day
    left join closed of_all on of_all.clinician_id is null and of_all.day = added.day
    where mode = any(kind.modes)
    group by added.clinician_id, added.day, mode, own.minutes, of_all.minutes
),
instants as (
    select distinct clinician_id,
        (day + lower(range) * interval '1 min') at time zone 'Europe/London' as opens,
        (day + upper(range) * interval '1 min') at time zone 'Europe/London' as closes
    from open, unnest(minutes) range
),
may_start as (
    select clinician_id, range_agg(tstzrange(greatest(opens, earliest), closes - length, '[]')) as starts
    from kind, instants
    where greatest(opens, earliest) <= closes - length
    group by clinician_id
),
busy as (
    select clinician_id, range_agg(tstzrange(busy_from - needed, busy_until + before, '()')) as starts
    from kind, people
    join bookings_appointment on clinician_id = people.id
    where busy_from between %(first)s::date - interval '13 hours' and %(last)s::date + interval '2 days'
        and state not in ('cancelled_by_clinic', 'cancelled_by_patient', 'expired')
        and not (state = 'held' and held_until <= %(now)s)
    group by clinician_id
),
free as materialized (
    select clinician_id, start, (start at time zone 'Europe/London')::date as day
    from kind, may_start
    left join busy using (clinician_id),
        unnest(may_start.starts - coalesce(busy.starts, '{}')) range,
        generate_series(date_bin(step, lower(range) + step - interval '1 microsecond', '2000-01-01Z'), upper(range), step) start
)
select 'day' as what, day, null::uuid as clinician_id, null::timestamptz as start, count(distinct start) as starts from free group by day
union all
select 'first', null, clinician_id, min(start), null from free group by clinician_id
union all
select 'time', day, clinician_id, start, null from free where day = (select min(day) from free)
