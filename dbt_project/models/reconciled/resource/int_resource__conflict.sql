-- Attributes on which the records of one resource differ, with the claim that counts and every claim. Grain: entity_id, attribute.

with

conflict as (
    {{ conflicting_claims('resource', conformed_systems('resource')) }}
)

select * from conflict
