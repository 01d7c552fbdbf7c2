"""The database's own rules, to be compared. The order of columns does not matter."""

from tests.attendance.migrating_people.before_people import query

# Each asks for one kind of thing.
SCHEMA = (
    """
    SELECT format('%s.%s %s %s %s', a.attrelid::regclass, attname,
        format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid AND relkind IN ('r', 'S')
    LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    """,
    """
    SELECT format('%s on %s: %s',
        conname, conrelid::regclass, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """
    SELECT format('%s %s', tgenabled, pg_get_triggerdef(oid))
    FROM pg_trigger WHERE NOT tgisinternal
    """,
    """
    SELECT format('%s %s', proacl, pg_get_functiondef(oid))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
    """
    SELECT format('%s %s', oid::regclass, relacl) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')
    """,
)


def schema() -> set[str]:
    return {line for asked in SCHEMA for (line,) in query(asked)}
