// SPDX-License-Identifier: BSD-3-Clause
// The frame of a piece of work that is compiled twice, for two instruction sets, as the function BSR_WORK.
// What is written here is in an unnamed namespace, so that only code of bsr and of the standard library could
// be shared between the two objects.
#pragma once

int BSR_WORK(double* results, int capacity);

namespace {

struct collector {
  double* results;
  int capacity, count = 0;
  void operator()(double value) {
    if (count < capacity) results[count++] = value;
  }
  template <class T>
  void sum(const T* data, int size) {
    double total = 0;
    for (int i = 0; i < size; ++i) total += (i % 7 + 1) * static_cast<double>(data[i]);
    (*this)(total);
  }
};

template <class T>
void fill(T* data, int size, unsigned seed) {
  for (int i = 0; i < size; ++i) {
    seed = seed * 1664525u + 1013904223u;
    data[i] = static_cast<T>(static_cast<double>(seed >> 8) / (1 << 24) - 0.5);
  }
}

}  // namespace
