"""Append-only tables: the database refuses UPDATE, DELETE and TRUNCATE.

The triggers are ``ENABLE ALWAYS``, so ``session_replication_role`` does not switch
them off. They let only the table's owner pass, in a transaction that sets
``rollcall.maintenance`` to a reason (purge, erasure, flushing a test database). They
check ``session_user``, not ``current_user``, because a cascading delete runs as the
owner.

Source: docs/rules.md 66.
"""

from django.db import migrations

CREATE_FUNCTION = """
CREATE FUNCTION rollcall_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('rollcall.maintenance', true), '') <> ''
        AND pg_has_role(
            session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
        )
    THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$
"""

create_function = migrations.RunSQL(
    CREATE_FUNCTION, "DROP FUNCTION rollcall_refuse_change()"
)


def refuse_changes(table: str) -> migrations.RunSQL:
    """Return the migration operation that makes ``table`` append-only."""
    return migrations.RunSQL(
        f"""
        CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION rollcall_refuse_change();
        CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION rollcall_refuse_change();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change;
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_truncate;
        """,
        f"""
        DROP TRIGGER refuse_change ON {table};
        DROP TRIGGER refuse_truncate ON {table};
        """,
    )
