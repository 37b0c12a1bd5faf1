-- Attributes on which the records of one service differ, with the claim that counts and every claim. Grain: entity_id, attribute.

with

conflict as (
    {{ conflicting_claims('service', conformed_systems('service')) }}
)

select * from conflict
