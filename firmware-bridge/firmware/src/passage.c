/*
 * Two beams across a doorway. An episode lasts from the first dark beam until both see light again. Each beam gives a list of pulses; the
 * k-th pulses of both belong together: earlier and left earlier means through, one inside the other means turned back. Length over speed tells
 * a body from a hand or a bag; equal gaps on both beams tell two close people from one who hesitates.
 */
#include "passage.h"
#include <string.h>

/* A level counts when it has stood for so many samples: both edges are late by the same. */
#define STEADY_MS 3
/* A gap of two people who follow closer than the beams lie apart passes both beams at walking speed. */
#define CLOSE_GAP_MS 250
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

static uint8_t shortest(const struct beam *beam) {
  uint8_t best = 0;
  for (uint8_t i = 1; i < beam->count; i++)
    if (beam->pulses[i].to - beam->pulses[i].from < beam->pulses[best].to - beam->pulses[best].from) best = i;
  return best;
}

/* Gaps that passed the one beam and not the other at the same width are of one body: an arm, or somebody who hesitates. */
static void join_hesitations(struct beam *a, struct beam *b) {
  for (uint8_t i = 0; i + 1 < a->count;) {
    const uint16_t gap_a = a->pulses[i + 1].from - a->pulses[i].to;
    const uint16_t gap_b = b->pulses[i + 1].from - b->pulses[i].to;
    const bool apart_wholly = a->pulses[i + 1].from >= b->pulses[i].to && b->pulses[i + 1].from >= a->pulses[i].to;
    const uint16_t longer = gap_a > gap_b ? gap_a : gap_b;
    const bool follows = longer <= CLOSE_GAP_MS && apart(gap_a, gap_b) <= longer / 2 + 2;
    if (apart_wholly || follows) {
      i++;
    } else {
      join(a, i);
      join(b, i);
    }
  }
}

/* Length of what passed, from its time in the beam and the time it took between them. */
static bool is_body(const struct pulse *first, const struct pulse *last, uint8_t body_tenths) {
  const uint32_t between = (uint32_t)apart(first->from, last->from) + apart(first->to, last->to);
  const uint32_t dark = (uint32_t)(first->to - first->from) + (last->to - last->from);
  return dark * 10 >= between * body_tenths;
}

static bool judge(const struct pulse *outer, const struct pulse *inner, uint8_t body_tenths, struct passage *passage) {
  const bool came_in = outer->from <= inner->from;
  const bool left_in = outer->to <= inner->to;
  const struct pulse *first = came_in ? outer : inner;
  const struct pulse *last = came_in ? inner : outer;
  passage->duration_ms = (uint16_t)((outer->to > inner->to ? outer->to : inner->to) - first->from);
  if (came_in != left_in) {
    passage->kind = came_in ? PASSAGE_BACK_OUTSIDE : PASSAGE_BACK_INSIDE;
    return true;
  }
  passage->kind = came_in ? PASSAGE_IN : PASSAGE_OUT;
  return is_body(first, last, body_tenths);
}

static uint8_t finish(struct doorway *doorway, uint8_t body_tenths, struct passage *passages) {
  struct beam *outer = &doorway->beams[0];
  struct beam *inner = &doorway->beams[1];
  uint8_t found = 0;
  if (outer->count > 0 && inner->count > 0) {
    while (outer->count > inner->count) drop(outer, shortest(outer));
    while (inner->count > outer->count) drop(inner, shortest(inner));
    join_hesitations(outer, inner);
    for (uint8_t i = 0; i < outer->count; i++)
      if (judge(&outer->pulses[i], &inner->pulses[i], body_tenths, &passages[found])) found++;
  }
  outer->count = 0;
  inner->count = 0;
  doorway->busy = false;
  doorway->age_ms = 0;
  return found;
}

uint8_t doorway_step(struct doorway *doorway, bool outer, bool inner, uint8_t body_tenths, struct passage *passages) {
  beam_step(&doorway->beams[0], outer, doorway->age_ms);
  beam_step(&doorway->beams[1], inner, doorway->age_ms);
  const bool dark = doorway->beams[0].dark || doorway->beams[1].dark;
  if (!dark && !doorway->busy) return 0;
  if (!dark) return finish(doorway, body_tenths, passages);
  doorway->busy = true;
  if (doorway->age_ms < AGE_MAX) doorway->age_ms++;
  return 0;
}
