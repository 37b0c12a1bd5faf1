"""What can be explained, and where its golden row lies."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entity:
    """Where an entity's golden row lies, and under which columns it keeps its attributes' values."""

    table: str  # in schema core
    id_column: str
    name_column: str
    # Attribute -> SQL of its value; an attribute that isn't here has a column of its name.
    values: dict[str, str] = field(default_factory=dict)
    # Attribute whose value is an ID -> the table, ID and name of what it refers to, so that people can read it.
    references: dict[str, tuple[str, str, str]] = field(default_factory=dict)


_CUSTOMER = ("dim_customer", "customer_id", "customer_name")
_ACCOUNT = ("dim_billing_account", "billing_account_id", "account_id_billing")
_OFFERING = ("dim_product_offering", "product_offering_id", "offering_name")
_RESOURCE = ("dim_resource", "resource_id", "resource_name")

ENTITIES = {
    "customer": Entity(
        *_CUSTOMER,
        values={
            "name": "customer_name",
            "address": "nullif(concat_ws(', ', street, nullif(concat_ws(' ', postcode, city), '')), '')",
        },
    ),
    "billing_account": Entity("dim_billing_account", "billing_account_id", "account_name"),
    "product": Entity(
        "dim_product",
        "product_id",
        "product_name",
        values={
            "customer": "customer_id",
            "billing_account": "billing_account_id",
            "product_offering": "product_offering_id",
        },
        references={"customer": _CUSTOMER, "billing_account": _ACCOUNT, "product_offering": _OFFERING},
    ),
    "service": Entity(
        "dim_service",
        "service_id",
        "service_number",
        values={"customer": "customer_id", "billing_account": "billing_account_id"},
        references={"customer": _CUSTOMER, "billing_account": _ACCOUNT},
    ),
    "resource": Entity(
        *_RESOURCE,
        values={"site": "site_resource_id", "parent": "parent_resource_id"},
        references={"site": _RESOURCE, "parent": _RESOURCE},
    ),
}
