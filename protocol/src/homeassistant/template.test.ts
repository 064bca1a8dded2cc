import { describe, expect, test } from "vitest";
import { compileTemplate } from "./template.ts";
import { TemplateError } from "./template-tokens.ts";

const render = (template: string, payload: unknown) =>
  compileTemplate(template).render(typeof payload === "string" ? payload : JSON.stringify(payload));

describe("value templates", () => {
  test.each([
    ["{{ value }}", "ON", "ON"],
    ["{{ value_json.state }}", { state: "LOCK" }, "LOCK"],
    ["{{ value_json['a b'].c[0] }}", { "a b": { c: [7] } }, "7"],
    ["{{ value_json.contact }}", { contact: false }, "False"],
    ["{{ value_json.missing }}", {}, ""],
    ["{{ value_json.a.b.c }}", { a: 1 }, ""],
    ["{{ value_json.x | default('none') }}", {}, "none"],
    ["{{ value_json.x|default(0)|int }}", { x: "12" }, "12"],
    ["{{ value_json.kwh | float * 1000 | int }}", { kwh: 1.5 }, "1500"],
    ["{{ (value | float) / 10 }}", "215", "21.5"],
    ["{{ value_json.t | round(1) }}", { t: 21.46 }, "21.5"],
    ["{{ 0.5 | round }}{{ 1.5 | round }}{{ 2.5 | round }}", "", "022"],
    ["{{ value | upper }} {{ value | lower }}", "On", "ON on"],
    ["{{ 'ON' if value_json.open else 'OFF' }}", { open: true }, "ON"],
    ["{{ 'ON' if value == '1' or value == '2' else 'OFF' }}", "3", "OFF"],
    ["{% if value_json.a == 1 %}one{% elif value_json.a > 5 %}many{% else %}some{% endif %}", { a: 7 }, "many"],
    ["{%- if value is defined -%} yes {%- endif -%}", "x", "yes"],
    ["{{ value_json.a is defined }}", {}, "False"],
    ["{{ value_json.a is not none }}", { a: null }, "False"],
    ["{{ value in ['ON', 'on'] }}", "on", "True"],
    ["{{ not value_json.closed }}", { closed: false }, "True"],
    ["{{ iif(value_json.a, 'ON', 'OFF') }}", { a: 0 }, "OFF"],
    ["{{ value | replace('a', 'b') }}", "banana", "bbnbnb"],
    ["{{ float(value, default=0) }}", "x", "0"],
    ["{{ -3 // 2 }} {{ -3 % 2 }}", "", "-2 1"],
    ["plain", "anything", "plain"],
    ["{# a comment #}{{ value }}", "x", "x"],
  ])("%s of %j is %s", (template, payload, expected) => {
    expect(render(template, payload)).toBe(expected);
  });

  test.each([
    ["what is not there, asked for with is_defined", "{{ value_json.a | is_defined }}", "{}"],
    ["a number of no number", "{{ value | int }}", "x"],
    ["a division by nothing", "{{ 1 / value | int }}", "0"],
  ])("%s passes the payload over", (_, template, payload) => {
    expect(render(template, payload)).toBeUndefined();
  });

  test.each([
    ["{{ states('sensor.x') }}", "the function states() is not known"],
    ["{{ value | regex_replace('a') }}", "the filter regex_replace is not known"],
    ["{{ value.split(',')[0] }}", "the method .split() is not known"],
    ["{% for x in value_json %}{{ x }}{% endfor %}", "the tag {% for %} is not known"],
    ["{% set x = 1 %}{{ x }}", "the tag {% set %} is not known"],
    ["{{ now }}", "the name now is not known"],
    ["{{ value is odd }}", "the test `is odd` is not known"],
    ["{{ value ", "{{ is not closed"],
    ["{% if value %}x", "{% if %} without {% endif %}"],
    ["{{ 1 + }}", "an expression ends too early"],
    ["{{ value; }}", '";'],
    [`{{ ${"(".repeat(40)}1${")".repeat(40)} }}`, "nested too deeply"],
    [`{{ ${"not ".repeat(60)}1 }}`, "nested too deeply"],
    ["x".repeat(3_000), "3000 characters"],
    [`{{ ${"1+".repeat(400)}1 }}`, "too long"],
  ])("%s is refused by name", (template, reason) => {
    expect(() => compileTemplate(template)).toThrow(TemplateError);
    expect(() => compileTemplate(template)).toThrow(reason);
  });

  test("a prototype is nobody's value", () => {
    expect(render("{{ value_json.constructor }}{{ value_json.__proto__ }}", {})).toBe("");
    expect(() => compileTemplate("{{ constructor }}")).toThrow("the name constructor is not known");
    expect(() => compileTemplate("{{ value | constructor }}")).toThrow("the filter constructor is not known");
  });
});
