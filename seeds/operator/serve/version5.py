"""Version 4 documents in the shape that version 5 of the TM Forum APIs gives them.

The changes that touch readers: parties and places are wrapped in a related-party or related-place object, contact
media carry their attributes themselves instead of in ``characteristic``, dates of birth are date-times, and every
object names its ``@type``.
"""

from __future__ import annotations

from typing import Any

_CONTACT_TYPES = {
    "email": "EmailContactMedium",
    "phone": "PhoneContactMedium",
    "postalAddress": "GeographicAddressContactMedium",
}
_PARTIES = {"Individual", "Organization"}


def to_version5(document: dict[str, Any]) -> dict[str, Any]:
    """The same facts as a version 5 server would send them; the given document stays as it is."""
    changed = {key: _value(key, value) for key, value in document.items()}
    birth_date = changed.get("birthDate")
    if isinstance(birth_date, str) and len(birth_date) == 10:
        changed["birthDate"] = f"{birth_date}T00:00:00.000Z"
    return changed


def _value(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_item(key, item) if isinstance(item, dict) else item for item in value]
    if not isinstance(value, dict):
        return value
    if key == "place":
        return [{"role": value.get("role", "installationAddress"), "@type": "RelatedPlaceRef", "place": _typed(value)}]
    return _typed({inner: _value(inner, content) for inner, content in value.items()})


def _item(key: str, item: dict[str, Any]) -> dict[str, Any]:
    if key == "relatedParty" and "partyOrPartyRole" not in item:
        party = {name: value for name, value in item.items() if name != "role"}
        return {
            "role": item.get("role"),
            "@type": "RelatedPartyRefOrPartyRoleRef",
            "partyOrPartyRole": {**party, "@type": "PartyRef"},
        }
    if key == "place":  # wrapped already
        return item
    if key == "contactMedium" and "characteristic" in item:
        medium = {name: value for name, value in item.items() if name != "characteristic"}
        medium["@type"] = _CONTACT_TYPES.get(str(item.get("mediumType")), "ContactMedium")
        return {**medium, **item["characteristic"]}
    if key.endswith("Characteristic") and "name" in item and "value" in item:
        return {"@type": "StringCharacteristic", "valueType": "string", **item}
    return _typed({name: _value(name, value) for name, value in item.items()})


def _typed(reference: dict[str, Any]) -> dict[str, Any]:
    referred = reference.get("@referredType")
    if not referred:
        return reference
    return {"@type": "PartyRef" if referred in _PARTIES else f"{referred}Ref", **reference}
