"""Commands that shut users and servers out: `block`, `unblock`, `blocked`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from cli.common import host_name, show, stored

# Imports inside functions: `reelfeel --help` loads no other room (cli/common.py).
if TYPE_CHECKING:
    from db.operations.blocks import BlockKind

_KINDS = ("user", "server")
_MOST_ID = 2**63 - 1


def _kind(value: str) -> str:
    if value not in _KINDS:
        raise typer.BadParameter("say user or server")
    return value


Kind = Annotated[str, typer.Argument(metavar="user|server", callback=_kind, help="What is shut out.")]
Id = Annotated[int, typer.Argument(min=1, max=_MOST_ID, help="Its Discord id.")]


def block(kind: Kind, id: Id) -> None:
    """Shuts a user or a server out, within seconds; /privacy still works for them."""
    from db.operations import blocks

    with stored() as database:
        new = blocks.block(database, cast("BlockKind", kind), id, by=host_name())
    typer.echo(f"The {kind} {id} is blocked." if new else f"The {kind} {id} was blocked before.")


def unblock(kind: Kind, id: Id) -> None:
    """Lets a user or a server in again."""
    from db.operations import blocks

    with stored() as database:
        old = blocks.unblock(database, cast("BlockKind", kind), id, by=host_name())
    typer.echo(f"The {kind} {id} is no longer blocked." if old else f"The {kind} {id} was not blocked.")


def blocked() -> None:
    """Lists who is shut out, newest first."""
    from rich.table import Table

    from db.operations import blocks

    with stored() as database:
        entries = blocks.blocks(database)
    if not entries:
        typer.echo("Nobody is blocked.")
        return
    table = Table("kind", "id", "since (UTC)")
    for one in entries:
        table.add_row(one.kind, str(one.id), f"{one.created_at:%Y-%m-%d %H:%M}")
    show(table)
