"""Runs the migrations of one unpacked release of the Python package, up to a version that is asked for on stdin.

Usage: run.py DIRECTORY URL LISTEN_NOTIFY(0|1)

It prints one line when it is ready, `{"versions": [...]}` with the versions that change something (none where the
release keeps its history in Alembic alone), and one after each line that it has read and worked off.
The release's own functions do the work: here the list that they walk through is only cut off behind the version.
"""

import glob
import importlib
import inspect
import json
import logging
import os
import sys
import types

import sqlalchemy as sa

directory, url, listen_notify = sys.argv[1], sys.argv[2], sys.argv[3] == "1"
known = {"schema": "dbos", "use_listen_notify": listen_notify, "is_cockroach": False}

# The package itself would import all that an application needs.
package = types.ModuleType("dbos")
package.__path__ = [os.path.join(directory, "dbos")]
sys.modules["dbos"] = package
logging.disable(logging.WARNING)

engine = sa.create_engine(url)


def call(function, **more):
    """Calls a function with those of the arguments that this release of it takes."""
    wanted = inspect.signature(function).parameters
    return function(**{name: value for name, value in {**known, **more}.items() if name in wanted})


def sqlite():
    module = importlib.import_module("dbos._sys_db_sqlite")
    every = module.sqlite_migrations
    database = types.SimpleNamespace(engine=engine, _debug_mode=False)

    def migrate(version):
        module.sqlite_migrations = every[:version]
        module.SQLiteSystemDatabase.run_migrations(database)

    return every, migrate


def postgres(module):
    by_call = hasattr(module, "get_dbos_migrations")
    every = call(module.get_dbos_migrations) if by_call else module.dbos_migrations

    def migrate(version):
        if by_call:
            module.get_dbos_migrations = lambda *_, **__: every[:version]
        else:
            module.dbos_migrations = every[:version]
        # Releases of the time between the two histories complete the older one first, where there is one.
        if call(module.ensure_dbos_schema, engine=engine) is False:
            module.run_alembic_migrations(engine)
        call(module.run_dbos_migrations, engine=engine)

    return every, migrate


def alembic():
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    found = glob.glob(os.path.join(directory, "dbos", "*migrations", "versions"))
    configuration.set_main_option("script_location", os.path.dirname(found[0]))
    configuration.set_main_option("sqlalchemy.url", url.replace("%", "%%"))

    def migrate(_):
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS dbos"))
        command.upgrade(configuration, "head")

    return [], migrate


def history():
    if url.startswith("sqlite"):
        return sqlite()
    if os.path.exists(os.path.join(directory, "dbos", "_migration.py")):
        return postgres(importlib.import_module("dbos._migration"))
    return alembic()


every, migrate = history()
print(json.dumps({"versions": [i for i, sql in enumerate(every, 1) if sql.strip()]}), flush=True)
for line in sys.stdin:
    migrate(int(line))
    print("done", flush=True)
