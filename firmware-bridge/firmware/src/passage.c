/*
 * Two beams across a doorway. An episode lasts from the first dark beam until both see light again. Each beam gives a list of pulses; the
 * k-th pulses of both belong together: earlier and left earlier means through, one inside the other means turned back. Length over speed tells
 * a body from a hand or a bag; gaps that cross both beams at the pace of who walks tell two close people from one who hesitates. A passage is
 * held for a moment: who comes back at once through the beam that was left last has turned, and is not counted.
 */
#include "passage.h"
#include <string.h>

/* A level counts when it has stood for so many samples: both edges are late by the same. */
#define STEADY_MS 3
/* People do not stand still so close to each other in a door. */
#ifndef CLOSE_GAP_MS
#define CLOSE_GAP_MS 1500
#endif
/* Who comes back may stand in the beam again. A passage is not held longer than this. */
#define HELD_MOST_MS 5000
/* A thing longer than any person belongs to who is nearer to it than so many tenths of the distance between the beams: an arm's length. */
#ifndef ARM_TENTHS
#define ARM_TENTHS 40
#endif
/* Nothing belongs together for so long. */
#define GAP_MOST_MS 60000ul
#define AGE_MAX 0xFFFE

bool doorway_dark(const struct doorway *doorway, uint8_t beam) { return doorway->beams[beam].dark; }

static void beam_edge(struct beam *beam, uint16_t age) {
  beam->dark = !beam->dark;
  beam->unsure_ms = 0;
  if (beam->dark) {
    /* Beyond the list the last pulse grows: a curtain in the wind is no crowd. */
    if (beam->count < PASSAGE_PULSES) beam->pulses[beam->count++] = (struct pulse){age, age};
  } else {
    beam->pulses[beam->count - 1].to = age;
  }
}

static void beam_step(struct beam *beam, bool dark, uint16_t age) {
  if (dark == beam->dark) beam->unsure_ms = 0;
  else if (++beam->unsure_ms >= STEADY_MS) beam_edge(beam, age);
}

static uint16_t apart(uint16_t a, uint16_t b) { return a > b ? a - b : b - a; }

static void drop(struct beam *beam, uint8_t index) {
  beam->count--;
  memmove(&beam->pulses[index], &beam->pulses[index + 1], (size_t)(beam->count - index) * sizeof(struct pulse));
}

/* The pulse and the next become one. */
static void join(struct beam *beam, uint8_t index) {
  beam->pulses[index].to = beam->pulses[index + 1].to;
  drop(beam, (uint8_t)(index + 1));
}

/* Index of a pulse whose gap to the next lies within one pulse of the other beam, or the last index when there is none. */
static uint8_t covered_gap(const struct beam *beam, const struct beam *other) {
  uint8_t i = 0;
  for (; i + 1 < beam->count; i++)
    for (uint8_t k = 0; k < other->count; k++)
      if (other->pulses[k].from <= beam->pulses[i].to && other->pulses[k].to >= beam->pulses[i + 1].from) return i;
  return i;
}

static uint8_t shortest(const struct beam *beam) {
  uint8_t best = 0;
  for (uint8_t i = 1; i < beam->count; i++)
    if (beam->pulses[i].to - beam->pulses[i].from < beam->pulses[best].to - beam->pulses[best].from) best = i;
  return best;
}

/* One pulse less: one body that came forward twice, or else what was too short to reach the other beam. */
static void reduce(struct beam *beam, const struct beam *other) {
  const uint8_t gap = covered_gap(beam, other);
  if (gap + 1 < beam->count) join(beam, gap);
  else drop(beam, shortest(beam));
}

/* Within a factor of so many halves. */
static bool alike(uint32_t a, uint32_t b, uint8_t halves) { return 2 * a <= halves * b && 2 * b <= halves * a; }

/* The gap behind pulse i crossed the beams as fast as the bodies on its two sides did. */
static bool gap_walks(const struct beam *a, const struct beam *b, uint8_t i) {
  const struct pulse *front_a = &a->pulses[i], *front_b = &b->pulses[i];
  return alike(apart(front_a->from, front_b->from), apart(front_a->to, front_b->to), 3) &&
         alike(apart(front_a[1].from, front_b[1].from), apart(front_a[1].to, front_b[1].to), 3);
}

/* Gaps that do not cross both beams alike are of one body: an arm, or somebody who hesitates. */
static void join_hesitations(struct beam *a, struct beam *b) {
  for (uint8_t i = 0; i + 1 < a->count;) {
    const uint16_t gap_a = a->pulses[i + 1].from - a->pulses[i].to;
    const uint16_t gap_b = b->pulses[i + 1].from - b->pulses[i].to;
    const bool apart_wholly = a->pulses[i + 1].from >= b->pulses[i].to && b->pulses[i + 1].from >= a->pulses[i].to;
    const uint16_t longer = gap_a > gap_b ? gap_a : gap_b;
    const bool follows = longer <= CLOSE_GAP_MS && apart(gap_a, gap_b) <= longer / 2 + 2 && gap_walks(a, b, i);
    if (apart_wholly || follows) {
      i++;
    } else {
      join(a, i);
      join(b, i);
    }
  }
}

/* In tenths of the distance between the beams, from the time in the beams and the time between them. */
static uint16_t length_of(uint32_t dark_ms, uint32_t between_ms) {
  const uint32_t tenths = dark_ms * 10 / (between_ms > 0 ? between_ms : 1);
  return tenths > UINT16_MAX ? UINT16_MAX : (uint16_t)tenths;
}

static bool is_through(const struct crossing *one) {
  return one->passage.kind == PASSAGE_IN || one->passage.kind == PASSAGE_OUT;
}

static void judge(const struct pulse *outer, const struct pulse *inner, uint32_t began_ms, struct crossing *one) {
  const bool came_in = outer->from <= inner->from;
  const bool left_in = outer->to <= inner->to;
  const uint32_t dark_ms = (uint32_t)(outer->to - outer->from) + (inner->to - inner->from);
  one->left_ms[0] = began_ms + outer->to;
  one->left_ms[1] = began_ms + inner->to;
  one->between_ms = (uint32_t)apart(outer->from, inner->from) + apart(outer->to, inner->to);
  one->length_tenths = length_of(dark_ms, one->between_ms);
  one->passage.duration_ms = (uint16_t)((left_in ? inner : outer)->to - (came_in ? outer : inner)->from);
  if (came_in == left_in) one->passage.kind = came_in ? PASSAGE_IN : PASSAGE_OUT;
  else one->passage.kind = came_in ? PASSAGE_BACK_OUTSIDE : PASSAGE_BACK_INSIDE;
}

/* The same body, back in the beam it left last before somebody else could be there. */
static bool returns(const struct crossing *last, const struct crossing *next, uint32_t empty_ms, const struct doorway_rules *rules) {
  return is_through(next) && next->passage.kind != last->passage.kind && empty_ms < rules->return_ms &&
         alike(last->length_tenths, next->length_tenths, 4);
}

/* What follows so close that it is no second person, or is a thing that somebody pulls or pushes. */
static bool belongs(const struct crossing *last, const struct crossing *next, uint32_t gap_ms, const struct doorway_rules *rules) {
  const uint32_t pace_ms = last->between_ms + next->between_ms;
  if (next->passage.kind != last->passage.kind || gap_ms > GAP_MOST_MS) return false;
  const uint32_t gap_tenths = gap_ms * 20 / (pace_ms > 0 ? pace_ms : 1);
  const bool one_is_long = (last->length_tenths >= rules->long_tenths) != (next->length_tenths >= rules->long_tenths);
  return gap_tenths < rules->gap_tenths || (one_is_long && gap_tenths < ARM_TENTHS);
}

static uint8_t tell_held(struct doorway *doorway, struct passage *passages) {
  if (!doorway->holds) return 0;
  doorway->holds = false;
  passages[0] = doorway->last.passage;
  return 1;
}

/* Adds to `passages` what is sure now. The gap before the next one is the sum of both beams'. */
static uint8_t follow(struct doorway *doorway, const struct crossing *next, const uint32_t gaps_ms[2], const struct doorway_rules *rules, struct passage *passages) {
  struct crossing *last = &doorway->last;
  const bool was_in = last->passage.kind == PASSAGE_IN;
  if (doorway->holds && returns(last, next, gaps_ms[was_in ? 1 : 0], rules)) {
    last->passage.kind = was_in ? PASSAGE_BACK_OUTSIDE : PASSAGE_BACK_INSIDE;
    return tell_held(doorway, passages);
  }
  if (belongs(last, next, gaps_ms[0] + gaps_ms[1], rules)) {
    last->left_ms[0] = next->left_ms[0];
    last->left_ms[1] = next->left_ms[1];
    return 0;
  }
  uint8_t found = tell_held(doorway, passages);
  *last = *next;
  if (is_through(next)) doorway->holds = true;
  else passages[found++] = next->passage;
  return found;
}

static uint8_t next_pair(struct doorway *doorway, uint8_t i, const struct doorway_rules *rules, struct passage *passages) {
  const struct pulse *outer = &doorway->beams[0].pulses[i];
  const struct pulse *inner = &doorway->beams[1].pulses[i];
  const uint32_t gaps_ms[2] = {
      doorway->began_ms + outer->from - doorway->last.left_ms[0],
      doorway->began_ms + inner->from - doorway->last.left_ms[1],
  };
  struct crossing next;
  judge(outer, inner, doorway->began_ms, &next);
  if (is_through(&next) && next.length_tenths < rules->body_tenths) return 0;
  return follow(doorway, &next, gaps_ms, rules, passages);
}

static uint8_t finish(struct doorway *doorway, const struct doorway_rules *rules, struct passage *passages) {
  struct beam *outer = &doorway->beams[0];
  struct beam *inner = &doorway->beams[1];
  uint8_t found = 0;
  if (outer->count > 0 && inner->count > 0) {
    while (outer->count > inner->count) reduce(outer, inner);
    while (inner->count > outer->count) reduce(inner, outer);
    join_hesitations(outer, inner);
    for (uint8_t i = 0; i < outer->count; i++)
      found = (uint8_t)(found + next_pair(doorway, i, rules, passages + found));
  }
  outer->count = 0;
  inner->count = 0;
  doorway->busy = false;
  doorway->age_ms = 0;
  return found;
}

/* Nobody comes back any more, or somebody comes from where the last one came. */
static bool is_sure(const struct doorway *doorway, const struct doorway_rules *rules) {
  const uint8_t left = doorway->last.passage.kind == PASSAGE_IN ? 1 : 0;
  const uint32_t since_ms = doorway->now_ms - doorway->last.left_ms[left];
  if (!doorway->busy) return since_ms >= rules->return_ms;
  return since_ms >= HELD_MOST_MS || doorway->beams[left].count == 0;
}

uint8_t doorway_step(struct doorway *doorway, bool outer, bool inner, const struct doorway_rules *rules, struct passage *passages) {
  doorway->now_ms++;
  beam_step(&doorway->beams[0], outer, doorway->age_ms);
  beam_step(&doorway->beams[1], inner, doorway->age_ms);
  const bool dark = doorway->beams[0].dark || doorway->beams[1].dark;
  uint8_t found = 0;
  if (!dark && doorway->busy) {
    found = finish(doorway, rules, passages);
  } else if (dark) {
    if (!doorway->busy) doorway->began_ms = doorway->now_ms;
    doorway->busy = true;
    if (doorway->age_ms < AGE_MAX) doorway->age_ms++;
  }
  if (doorway->holds && is_sure(doorway, rules)) found = (uint8_t)(found + tell_held(doorway, passages + found));
  return found;
}
