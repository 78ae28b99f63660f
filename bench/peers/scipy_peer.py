# SPDX-License-Identifier: BSD-3-Clause
"""scipy's side of the benchmark: a process that is told by lines on stdin what to do.

load <json>    the problem: arrays are offsets into a file that both processes map
check          one product, the result written into the file
time <count>   the mean seconds of that many products
Each is answered with one line.
"""

import json
import sys
import time

import numpy as np
import scipy
import scipy.sparse


def load(text):
    p = json.loads(text)
    shared = np.memmap(p["path"], dtype=np.uint8, mode="r+")

    def part(name, dtype, shape):
        start = p[name]
        count = int(np.prod(shape))
        return shared[start : start + count * np.dtype(dtype).itemsize].view(dtype).reshape(shape)

    m, k, n, r, c, blocks = (p[name] for name in ("m", "k", "n", "r", "c", "blocks"))
    # Copies, as an application would have: memory of numpy's own.
    data = np.array(part("data", p["type"], (blocks, r, c)))
    indices = np.array(part("indices", "i4", (blocks,)))
    indptr = np.array(part("indptr", "i4", (m // r + 1,)))
    a = scipy.sparse.bsr_array((data, indices, indptr), shape=(m, k))
    if p["operation"] == "spmv":
        x = np.array(part("b", p["type"], (k,)))
        return (lambda: a @ x), part("out", p["type"], (m,))
    if p["operation"] == "linear":
        x = np.array(part("b", p["type"], (n, k)))
        return (lambda: (a @ x.T).T), part("out", p["type"], (n, m))
    x = np.array(part("b", p["type"], (k, n)))
    return (lambda: a @ x), part("out", p["type"], (m, n))


def main():
    print(f"scipy {scipy.__version__}", flush=True)
    product, out = None, None
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        if command == "load":
            product, out = load(argument)
            answer = "loaded"
        elif command == "check":
            out[:] = product()
            answer = "checked"
        else:
            count = int(argument)
            start = time.perf_counter()
            for _ in range(count):
                product()
            answer = repr((time.perf_counter() - start) / count)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
