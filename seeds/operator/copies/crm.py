"""The operator's own CRM: parties, customers, products and agreements as TM Forum documents, in UTC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import digits, instants, reword
from seeds.operator.copies.crm_agreements import agreements
from seeds.operator.copies.json_text import (
    array,
    by_version,
    characteristic,
    object_,
    only_if,
    plain,
    related_party,
    text,
    utc_text,
)
from seeds.operator.copies.keys import Keys
from seeds.operator.copies.noise import claims
from seeds.operator.copies.spelling import number_spelling
from seeds.operator.world.clock import DAY, NEVER
from seeds.operator.world.lines import OWN_CRM
from seeds.operator.world.offerings import MOBILE, OFFERINGS

_V5_SHARE = 0.10
_CUSTOMER_WORDS = {
    "Active": ("ACTIVE", "active", "aktiv", "live", "Approved"),
    "Closed": ("CLOSED", "closed", "geschlossen"),
    "Suspended": ("SUSPENDED", "gesperrt"),
}
_PRODUCT_WORDS = {
    "active": ("Active", "ACTIVE", "aktiv", "live"),
    "terminated": ("Terminated", "TERMINATED", "gekündigt"),
    "suspended": ("Suspended", "gesperrt"),
    "cancelled": ("Cancelled", "canceled"),
}


@dataclass(frozen=True)
class CrmCopy:
    """Frames of documents (id, document, changed_at), and what this CRM believes of each customer."""

    entities: dict[str, pl.DataFrame]
    beliefs: pl.DataFrame
    duplicate_beliefs: pl.DataFrame


def copy_crm(operator: Operator, keys: Keys) -> CrmCopy:
    """Every party in its role as customer, and every product that the own CRM sold or took over."""
    random = operator.parameters.random("crm")
    lines = operator.lines
    customers = len(operator.parties)
    beliefs = claims(operator.parties, random, recognisable=keys.keyless_fault)
    duplicates = claims(operator.parties, random, careless=2.5, recognisable=keys.keyless_fault)
    since = np.full(customers, NEVER)
    own = lines.home == OWN_CRM
    np.minimum.at(since, lines.customer[own], lines.start[own])
    until = np.zeros(customers, dtype=np.int64)
    np.maximum.at(until, lines.customer[own], np.where(lines.is_provisioned[own], lines.end[own], NEVER))
    suspended = np.zeros(customers, dtype=bool)
    suspended[lines.customer[lines.suspended_at < NEVER]] = True

    parts = []
    for is_duplicate, believed, present in ((False, beliefs, keys.in_crm), (True, duplicates, keys.duplicated)):
        status = np.where(until < operator.parameters.now, "Closed", np.where(suspended, "Suspended", "Active"))
        words = reword(pl.Series(status.tolist()), _CUSTOMER_WORDS, random, 0.15)
        part = believed.with_columns(
            instants(since + (20 * DAY if is_duplicate else 0), "since"),
            instants(until, "until"),
            instants(
                np.minimum(np.where(until < NEVER, until, since + 40 * DAY), operator.parameters.now - DAY),
                "changed_at",
            ),
            words.alias("status"),
            (keys.crm_duplicate if is_duplicate else keys.crm_customer).alias("key"),
            keys.party(is_duplicate).alias("party_key"),
            pl.Series("is_organization", keys.is_organization),
            pl.Series("is_v5", random.random(customers) < _V5_SHARE),
            pl.Series("has_extra", random.random(customers) < 0.2),
            _account_list(operator, keys, is_duplicate).alias("accounts"),
        ).with_columns(
            name=pl.when("is_organization")
            .then(pl.col("company_name"))
            .otherwise(pl.col("given_name") + " " + pl.col("family_name")),
        )
        parts.append(part.filter(pl.Series(present)))
    people = pl.concat(parts)
    entities = {
        "individual": _individuals(people.filter(~pl.col("is_organization"))),
        "organization": _organizations(people.filter("is_organization")),
        "customer": _customers(people),
        "product": _products(operator, keys, random),
        "agreement": agreements(operator, keys),
    }
    return CrmCopy(entities, beliefs, duplicates)


def _account_list(operator: Operator, keys: Keys, is_duplicate: bool) -> pl.Series:
    """The customer's billing accounts as a JSON list; null for a duplicate and for who has no key."""
    frame = pl.DataFrame({"customer": operator.accounts.customer, "key": keys.account})
    item = object_({"id": text(pl.col("key")), "name": text("Rechnungskonto"), "@referredType": text("BillingAccount")})
    lists = (
        frame.with_columns(item.alias("item"))
        .group_by("customer", maintain_order=True)
        .agg(pl.col("item"))
        .sort("customer")
        .select(pl.lit("[") + pl.col("item").list.join(",") + pl.lit("]"))
        .to_series()
    )
    unknown = np.ones(len(lists), dtype=bool) if is_duplicate else keys.keyless[OWN_CRM]
    return pl.select(pl.when(~pl.Series(unknown)).then(lists)).to_series()


def _contact_media() -> pl.Expr:
    def medium(kind: str, v5_type: str, preferred: str, value: pl.Expr, members: dict[str, pl.Expr]) -> pl.Expr:
        base = {"mediumType": text(kind), "preferred": plain(preferred), "characteristic": object_(members)}
        shaped = by_version(pl.col("is_v5"), object_(base), object_({**base, "@type": text(v5_type)}))
        return only_if(value.is_not_null(), shaped)

    address = {
        "street1": text(pl.col("street_text")),
        "postCode": text(pl.col("postcode")),
        "city": text(pl.col("city")),
        "country": text("DE"),
    }
    return array(
        medium("email", "EmailContactMedium", "true", pl.col("email"), {"emailAddress": text(pl.col("email"))}),
        medium(
            "phone", "PhoneContactMedium", "false", pl.col("phone_text"), {"phoneNumber": text(pl.col("phone_text"))}
        ),
        medium("postalAddress", "GeographicAddressContactMedium", "false", pl.col("street_text"), address),
    )


def _documents(frame: pl.DataFrame, key: str, document: pl.Expr) -> pl.DataFrame:
    return frame.select(pl.col(key).alias("id"), document.alias("document"), "changed_at").sort("id")


def _individuals(people: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("party_key")
    birth = pl.col("birth_date").dt.strftime("%Y-%m-%d")
    document = object_(
        {
            "id": text(key),
            "href": text(pl.lit("/partyManagement/v4/individual/") + key),
            "givenName": text(pl.col("given_name")),
            "familyName": text(pl.col("family_name")),
            "fullName": text(pl.col("given_name") + " " + pl.col("family_name")),
            "birthDate": text(by_version(pl.col("is_v5"), birth + "T00:00:00Z", birth)),
            "status": text("validated"),
            "contactMedium": _contact_media(),
            "externalReference": only_if(
                pl.col("has_extra"),
                array(
                    object_(
                        {"externalReferenceType": text("loyaltyNumber"), "name": text(pl.lit("NL") + key.str.slice(4))}
                    )
                ),
            ),
            "marketingConsent": only_if(pl.col("has_extra"), plain("true")),
            "@baseType": text("Party"),
            "@type": text("Individual"),
        }
    )
    return _documents(people, "party_key", document)


def _organizations(people: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("party_key")
    is_company = pl.col("birth_day").is_null()
    identification = array(
        object_(
            {
                "identificationType": text("vatNumber"),
                "identificationId": text(
                    pl.lit("DE") + (pl.col("customer") * 7_919 % 10**9).cast(pl.String).str.zfill(9)
                ),
            }
        )
    )
    document = object_(
        {
            "id": text(key),
            "href": text(pl.lit("/partyManagement/v4/organization/") + key),
            "name": text(pl.col("company_name")),
            "tradingName": text(pl.col("company_name").str.replace(r" (GmbH.*|AG|KG|UG.*|e\.K\.)$", "")),
            "organizationType": text(pl.when(is_company).then(pl.lit("company")).otherwise(pl.lit("soleTrader"))),
            "isLegalEntity": pl.when(is_company).then(pl.lit("true")).otherwise(pl.lit("false")),
            "organizationIdentification": identification,
            "status": text("validated"),
            "contactMedium": _contact_media(),
            "@baseType": text("Party"),
            "@type": text("Organization"),
        }
    )
    return _documents(people, "party_key", document)


def _customers(people: pl.DataFrame) -> pl.DataFrame:
    key = pl.col("key")
    referred = pl.when("is_organization").then(pl.lit("Organization")).otherwise(pl.lit("Individual"))
    party = {
        "id": text(pl.col("party_key")),
        "href": text(pl.lit("/partyManagement/v4/") + referred.str.to_lowercase() + "/" + pl.col("party_key")),
        "name": text(pl.col("name")),
        "@referredType": text(referred),
    }
    document = object_(
        {
            "id": text(key),
            "href": text(pl.lit("/customerManagement/v4/customer/") + key),
            "name": text(pl.col("name")),
            "status": text(pl.col("status")),
            "engagedParty": by_version(pl.col("is_v5"), object_(party), object_({**party, "@type": text("PartyRef")})),
            "validFor": object_({"startDateTime": utc_text(pl.col("since")), "endDateTime": utc_text(pl.col("until"))}),
            "account": pl.col("accounts"),
            "segment": only_if(pl.col("has_extra"), text("standard")),
            "@type": text("Customer"),
        }
    )
    return _documents(people, "key", document)


def _products(operator: Operator, keys: Keys, random: np.random.Generator) -> pl.DataFrame:
    lines, now = operator.lines, operator.parameters.now
    count = len(lines)
    index = np.arange(count)
    role = operator.chooser
    never = ~lines.is_provisioned
    ended = lines.end < now
    status = np.where(
        never, np.where(index % 3 == 0, "pendingActive", "cancelled"), np.where(ended, "terminated", "active")
    )
    status[(lines.suspended_at < now) & ~ended] = "suspended"
    status[lines.promised_at < NEVER] = "pendingActive"
    # The network lost these without an order, so the CRM knows nothing; and some ceases never reached the CRM.
    unaware = np.zeros(count, dtype=bool)
    unaware[role.lines("O2.vanished_from_network")] = True
    ceased = role.lines("O7.still_billed_after_cease")
    unaware[ceased[np.arange(len(ceased)) % 5 == 0]] = True
    status[unaware] = "active"
    end = np.where(unaware | never, NEVER, lines.end)
    partner = operator.lifecycle.swapped_with
    shown = lines.number_at(np.where(partner >= 0, partner, index), np.full(count, now))

    # A duplicate customer may have bought a later line under its second number.
    first_line = np.full(len(operator.parties), count)
    np.minimum.at(first_line, lines.customer, index)
    on_duplicate = (
        keys.duplicated[lines.customer] & (index != first_line[lines.customer]) & (random.random(count) < 0.5)
    )
    holder = pl.select(
        pl.when(pl.Series(on_duplicate)).then(keys.crm_duplicate[lines.customer]).otherwise(keys.holder)
    ).to_series()
    begun = np.where(lines.promised_at < NEVER, lines.promised_at - 20 * DAY, lines.start)
    changed = np.where(end < NEVER, end, np.where(lines.plan_changed_at < now, lines.plan_changed_at, begun))
    frame = pl.DataFrame(
        {
            "key": keys.product,
            "name": pl.Series([offering.name for offering in OFFERINGS])[lines.offering_at(index, np.full(count, now))],
            "status": reword(pl.Series(status.tolist()), _PRODUCT_WORDS, random, 0.15),
            "started_at": instants(np.where(never, NEVER, lines.start)),
            "ordered_at": instants(
                np.where(lines.promised_at < NEVER, lines.promised_at - 20 * DAY, lines.start - 3 * DAY)
            ),
            "ended_at": instants(end),
            "offering": keys.offering[lines.offering_at(index, np.full(count, now))],
            "holder": holder,
            "account": pl.select(pl.when(~pl.Series(keys.keyless_line)).then(keys.account[lines.account])).to_series(),
            "service": keys.service,
            "has_service": keys.has_service_record,
            "is_mobile": lines.kind == MOBILE,
            "number": digits(shown),
            "has_number": lines.has_service,
            "style": random.choice(6, count, p=[0.2, 0.35, 0.05, 0.25, 0.1, 0.05]),
            "is_v5": random.random(count) < _V5_SHARE,
            "has_extra": random.random(count) < 0.2,
            "changed_at": instants(np.minimum(changed, now - DAY // 12)),
        }
    ).filter(pl.Series(lines.home == OWN_CRM))
    key, is_v5 = pl.col("key"), pl.col("is_v5")
    number = text(only_if(pl.col("has_number"), number_spelling(pl.col("number"), pl.col("style"))))
    service = {
        "id": text(pl.col("service")),
        "href": text(pl.lit("/serviceInventory/v4/service/") + pl.col("service")),
        "@referredType": text("Service"),
    }
    document = object_(
        {
            "id": text(key),
            "href": text(pl.lit("/productInventory/v4/product/") + key),
            "name": text(pl.col("name")),
            "isBundle": plain("false"),
            "isCustomerVisible": plain("true"),
            "orderDate": utc_text(pl.col("ordered_at")),
            "startDate": utc_text(pl.col("started_at")),
            "terminationDate": utc_text(pl.col("ended_at")),
            "status": text(pl.col("status")),
            "productOffering": object_(
                {
                    "id": text(pl.col("offering")),
                    "href": text(pl.lit("/productCatalogManagement/v4/productOffering/") + pl.col("offering")),
                    "name": text(pl.col("name")),
                    "@referredType": text("ProductOffering"),
                }
            ),
            "billingAccount": only_if(
                pl.col("account").is_not_null(),
                object_({"id": text(pl.col("account")), "@referredType": text("BillingAccount")}),
            ),
            "relatedParty": related_party(is_v5, pl.col("holder"), None, "Customer"),
            "realizingService": only_if(
                pl.col("has_service"),
                by_version(is_v5, array(object_(service)), array(object_({**service, "@type": text("ServiceRef")}))),
            ),
            "productCharacteristic": only_if(
                pl.col("has_number"),
                array(
                    characteristic(is_v5, "msisdn", only_if(pl.col("is_mobile"), number)),
                    characteristic(is_v5, "lineNumber", only_if(~pl.col("is_mobile"), number)),
                ),
            ),
            "salesChannelCode": only_if(pl.col("has_extra"), text("SHOP-07")),
            "@type": text("Product"),
        }
    )
    return _documents(frame, "key", document)
