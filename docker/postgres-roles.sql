-- Runs at the first start of the database. It creates the owner, who migrates, and the
-- role of web and workers, which may not change tables or triggers
-- (docs/architecture.md, "Two roles"). `manage.py migrate` grants the other rights.
\getenv owner_password POSTGRES_OWNER_PASSWORD
\getenv application_password POSTGRES_APPLICATION_PASSWORD
CREATE ROLE rollcall_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE rollcall LOGIN PASSWORD :'application_password';
ALTER DATABASE rollcall OWNER TO rollcall_owner;
REVOKE ALL ON DATABASE rollcall FROM PUBLIC;
GRANT CONNECT ON DATABASE rollcall TO rollcall;
