-- Attributes on which the records of one product differ, with the claim that counts and every claim. Grain: entity_id, attribute.

with

conflict as (
    {{ conflicting_claims('product', conformed_systems('product')) }}
)

select * from conflict
