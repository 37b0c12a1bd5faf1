-- What one customer cannot say in two ways: given names, birth date, VAT number, being a person or a legal entity.
-- Grain: record_id. Empty where a record doesn't say it, or says a placeholder. Records that contradict each other in them (macro
-- records_contradict) are never joined by weak links.

with

record as (

    select * from {{ ref('int_customer__match_input') }}

)

select
    record_id,
    {{ name_key("split_part(" ~ folded_text('given_name') ~ ", ' ', 1)") }} as first_given_name,
    {{ name_words('given_name', 'family_name') }} as name_words,
    birth_date,
    nullif({{ regexp_replace_all('upper(vat_number)', '[^A-Z0-9]', '') }}, '') as vat_key,
    party_type = 'person' as is_person,
    party_type <> 'person' and {{ is_legal_entity('company_name') }} as is_legal_entity
from record
