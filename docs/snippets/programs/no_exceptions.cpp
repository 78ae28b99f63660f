// prints: told: bsr: c = a \* b: a is 4x4, b is 3x5, c is 4x5
// flags: -fno-exceptions
#include <bsr/bsr.hpp>
#include <cstdio>
#include <cstdlib>

// [hook]
void bsr::error_hook(const char* what) {
  std::printf("told: %s\n", what);
  std::exit(1);
}
// [hook]

int main() {
  const bsr::matrix<float, 2> a({4, 4});
  bsr::dense_matrix<float> x(3, 5), y(4, 5);
  y = a * x;
}
