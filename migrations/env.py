"""Alembic's way in. The app hands over its own connection; `alembic -x url=sqlite:///FILE …` opens one, which is how a
developer makes the next revision (alembic -x url=… revision --autogenerate -m "…"). CHECK changes are written by hand.
"""

from typing import Any

from alembic import context
from sqlalchemy import Connection

from app.store.db import open_engine
from app.store.tables import metadata


def own(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Tables that are not in the schema (a queue's own, for example) are none of our business."""
    return not (kind == "table" and reflected and compared is None)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transactional_ddl=True,
        include_object=own,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with open_engine(context.get_x_argument(as_dictionary=True)["url"]).begin() as opened:
        run(opened)
