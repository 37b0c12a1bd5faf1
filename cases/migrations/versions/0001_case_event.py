"""The table of events, which can be added to and nothing else.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MONEY = sa.Numeric(18, 2).with_variant(sa.String(20), "sqlite")


def upgrade() -> None:
    op.create_table(
        "case_event",
        sa.Column(
            "event_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=True),
            primary_key=True,
        ),
        sa.Column("case_id", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_type", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("control_id", sa.String(16), nullable=False),
        sa.Column("direction", sa.String(8), nullable=False),
        sa.Column("currency_code", sa.String(3), nullable=False),
        sa.Column("root_cause_type", sa.Text()),
        sa.Column("root_cause_key", sa.Text()),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("exposure_amount", _MONEY, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("due_date", sa.Date()),
        sa.Column("confirmed_amount", _MONEY),
        sa.Column("recoverable_amount", _MONEY),
        sa.Column("recovered_amount", _MONEY),
        sa.Column("prevented_amount", _MONEY),
        sa.Column("dismissal", sa.String(32)),
        sa.Column("finding_status", sa.String(16), nullable=False),
        sa.Column("attention", sa.String(32)),
        sa.Column("pending_step", sa.String(16)),
        sa.Column("pending_by", sa.Text()),
        sa.Column("pending_reason", sa.Text()),
        sa.Column("pending_details", sa.Text()),
        # Two people who decide on the same state make the same version: the second one is refused.
        sa.UniqueConstraint("case_id", "version", name="case_event_version"),
        sa.CheckConstraint("version >= 1", name="case_event_version_from_one"),
        sa.CheckConstraint("direction in ('under', 'over')", name="case_event_direction"),
        sa.CheckConstraint("length(trim(actor)) > 0", name="case_event_actor"),
    )
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("what people decided is not thrown away")


_MESSAGE = "case_event is append-only"
_APPEND_ONLY = {
    "sqlite": [
        f"create trigger case_event_no_{action} before {action} on case_event "
        f"begin select raise(abort, '{_MESSAGE}'); end"
        for action in ("update", "delete")
    ],
    "postgresql": [
        "create function case_event_append_only() returns trigger language plpgsql as "
        f"$$ begin raise exception '{_MESSAGE}'; end $$",
        "create trigger case_event_no_change before update or delete on case_event "
        "for each row execute function case_event_append_only()",
        "create trigger case_event_no_truncate before truncate on case_event "
        "for each statement execute function case_event_append_only()",
    ],
}
