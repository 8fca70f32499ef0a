"""Takes a database through the history of the installed release of the Python package, one number at a time.

The argument is the URL. Each line that it prints is a JSON value: the number reached, and nobody connected. It goes on
when it reads a line.
"""

import json
import sys
from types import SimpleNamespace

import sqlalchemy as sa
from dbos import _migration, _sys_db_sqlite

URL = sys.argv[1]
SQLITE = URL.startswith("sqlite")
engine = sa.create_engine(sa.make_url(URL).set(drivername="sqlite" if SQLITE else "postgresql+psycopg"))
everything = _migration.sqlite_migrations if SQLITE else _migration.get_dbos_migrations("dbos", True, False)


def migrate(version: int) -> None:
    known = everything[:version]
    if SQLITE:
        _sys_db_sqlite.sqlite_migrations = known
        _sys_db_sqlite.SQLiteSystemDatabase.run_migrations(SimpleNamespace(engine=engine))
    else:
        _migration.get_dbos_migrations = lambda *_: known
        _migration.ensure_dbos_schema(engine, "dbos")
        _migration.run_dbos_migrations(engine, "dbos", True)
    engine.dispose()


for version, sql in enumerate(everything, 1):
    if sql.strip():
        migrate(version)
        print(json.dumps({"version": version}), flush=True)
        sys.stdin.readline()
