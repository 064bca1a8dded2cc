/* The program against the check that stands behind it: flash that has changed is told before it does harm. */
#ifndef IMAGE_H
#define IMAGE_H
#include <stdbool.h>

void image_start(void);
/* Reads on; anew from the start once it is through. */
void image_pass_ms(void);
/* Some time through it was not what was built. False until it was read once. */
bool image_damaged(void);

#endif
