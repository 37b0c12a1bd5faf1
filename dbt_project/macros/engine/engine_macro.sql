{#-
    Everything that differs between DuckDB and Spark goes through this dispatch: <engine>__<name>, by the target's adapter
    as in adapter.dispatch, unless the variable `engine` names another, so that its SQL can be compiled without it.
-#}
{% macro engine_macro(name) %}
    {%- set implementation = (var('engine', '') or target.type) ~ '__' ~ name -%}
    {%- if implementation not in context -%}
        {{ exceptions.raise_compiler_error('no macro ' ~ implementation ~ ' in macros/engine') }}
    {%- endif -%}
    {{ return(context[implementation]) }}
{% endmacro %}
