-- Attributes on which the records of one customer differ, with the claim that counts and every claim. Grain: entity_id, attribute.

with

conflict as (
    {{ conflicting_claims('customer', conformed_systems('customer')) }}
)

select * from conflict
