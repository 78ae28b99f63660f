# SPDX-License-Identifier: BSD-3-Clause
"""scipy's side of `scripts/bench structure`: a process that is told by lines on stdin what to do.

take <json>       an operand, or a result of bsr's: arrays are offsets into a file that both processes map
forget            forgets all operands
prepare <json>    what the next lines are about: `each` runs before every call, `call` is timed
time <count>      the mean seconds of that many calls
compare <bound>   `ours` beside what the last call gave
Each is answered with one line, an error with `error: ...`.
"""

import gc
import json
import os
import sys
import time
import warnings

import numpy as np
import scipy
import scipy.sparse as sp
import scipy.sparse.linalg
from scipy.sparse import _spfuncs, _sparsetools


now = time.thread_time_ns if "BSR_BENCH_CPU_TIME" in os.environ else time.perf_counter_ns


def fresh(a):
    """A copy that has not been looked at: scipy remembers what it found out about a matrix."""
    return type(a)((a.data.copy(), a.indices.copy(), a.indptr.copy()), shape=a.shape)


def take(p):
    shared = np.memmap(p["path"], dtype=np.uint8, mode="r")
    # Copies, as an application would have: memory of numpy's own.
    arrays = {
        name: np.array(shared[start : start + size].view(dtype))
        for name, (start, size, dtype) in p["arrays"].items()
    }
    shape = tuple(p["shape"])
    kind = p["kind"]
    data = arrays.get("data")
    if kind == "bsr":
        data = data.reshape(-1, *p["block"])
        return sp.bsr_array((data, arrays["indices"], arrays["indptr"]), shape=shape)
    if kind in ("csr", "csc"):
        make = sp.csr_array if kind == "csr" else sp.csc_array
        return make((data, arrays["indices"], arrays["indptr"]), shape=shape)
    if kind == "coo":
        return sp.coo_array((data, (arrays["row"], arrays["col"])), shape=shape)
    if kind == "dense":
        return data.reshape(shape)
    if kind == "places":
        return arrays["row"], arrays["col"]
    if kind == "pair":
        return shape
    return data[0] if kind == "number" else data


def wide(x):
    """Differences of what comes out are exact enough, and defined: those of bool are not."""
    return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)


def compare(ours, theirs, allowed):
    if isinstance(theirs, tuple):
        for x, y in zip(ours, theirs, strict=True):
            if not np.array_equal(x, y):
                return f"{ours} is not {theirs}"
        return "right"
    if sp.issparse(theirs):
        if not sp.issparse(ours):
            theirs = theirs.toarray().reshape(ours.shape)
    elif not isinstance(theirs, np.ndarray):
        theirs = np.asarray(theirs)
    if sp.issparse(ours) and not sp.issparse(theirs):
        ours = ours.toarray()
    ours_type = getattr(ours, "dtype", np.asarray(ours).dtype)
    if ours_type != theirs.dtype and (np.ndim(theirs) > 0 or ours_type.kind != theirs.dtype.kind):
        return f"its type is {ours_type}, not {theirs.dtype}"
    if sp.issparse(theirs):
        if ours.shape != theirs.shape:
            return f"its shape is {ours.shape}, not {theirs.shape}"
        if theirs.format == "bsr" and ours.format == "bsr" and ours.blocksize != theirs.blocksize:
            return f"its blocks are {ours.blocksize}, not {theirs.blocksize}"
        ours, theirs = (wide(sp.csr_array(x)) for x in (ours, theirs))
        off = abs(ours - theirs)
        excess = off - wide(allowed) if sp.issparse(allowed) else off.data - allowed
        worst = excess.max() if excess.size else 0
        worst = max(worst, 0) if not np.isnan(off.data).any() else np.inf
    else:
        off = abs(wide(np.asarray(ours)).reshape(theirs.shape) - wide(theirs))
        off = off - allowed
        worst = 0 if off.size == 0 else np.inf if np.isnan(off).any() else max(off.max(), 0)
    return "right" if worst <= 0 else f"it is off by {worst:.3g} more than the bound"


class conversation:
    def __init__(self):
        self.names = {}
        self.result = None
        self.forget()

    def forget(self):
        self.names.clear()
        self.names.update(np=np, sp=sp, scipy=scipy, sparsetools=_sparsetools, spfuncs=_spfuncs)
        self.names.update(fresh=fresh)
        self.result = None

    def prepare(self, p):
        self.each = compile(p["each"], "each", "exec")
        self.call = eval(compile("lambda: " + p["call"], "call", "eval"), self.names)
        self.value = compile(p["result"], "result", "eval")

    def time(self, count):
        total = 0
        for _ in range(count):
            self.result = None
            exec(self.each, self.names)
            start = now()
            result = self.call()
            total += now() - start
            self.result = result
            del result
        return repr(total / count * 1e-9)

    def compare(self, bound):
        names = dict(self.names, r=self.result)
        theirs = eval(self.value, names)
        dtype = getattr(theirs, "dtype", np.dtype(float))
        eps = np.finfo(dtype).eps if dtype.kind in "fc" else 0
        allowed = eval(bound, dict(names, theirs=theirs, eps=eps))
        return compare(self.names.pop("ours"), theirs, allowed)


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    gc.disable()
    print(f"scipy {scipy.__version__}", flush=True)
    talk = conversation()
    for line in sys.stdin:
        command, _, argument = line.strip().partition(" ")
        try:
            if command == "take":
                p = json.loads(argument)
                talk.names[p["name"]] = take(p)
                answer = "taken"
            elif command == "forget":
                talk.forget()
                answer = "forgotten"
            elif command == "prepare":
                talk.prepare(json.loads(argument))
                answer = "prepared"
            elif command == "time":
                answer = talk.time(int(argument))
            else:
                answer = talk.compare(argument)
        except Exception as error:
            answer = f"error: {type(error).__name__}: {error}".replace("\n", " ")
        print(answer, flush=True)


if __name__ == "__main__":
    main()
