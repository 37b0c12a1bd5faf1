-- Attributes on which the records of one billing account differ, with the claim that counts and every claim. Grain: entity_id, attribute.

with

conflict as (
    {{ conflicting_claims('billing_account', conformed_systems('billing_account')) }}
)

select * from conflict
