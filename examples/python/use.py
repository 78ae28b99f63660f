#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# use.py: the module with a matrix of scipy. It is found where PYTHONPATH says.
# [use-python-module]
import numpy as np
import scipy.sparse as sp

import bsr

a = sp.random_array((600, 600), density=0.01, rng=1).tobsr(blocksize=(3, 3))
x = np.arange(600.0)

y = bsr.matmul(a, x)  # a @ x
c = bsr.add(a, bsr.transpose(a))  # a + a.T: a scipy.sparse.bsr_array in memory of bsr
d = bsr.matmul(c, c)  # c @ c, with sorted rows
print(np.allclose(y, a @ x), np.allclose((c @ c).toarray(), d.toarray()))

# scipy's low-level routines, with the same arguments, into memory that is there: y += a @ x.
m, n = a.shape[0] // 3, a.shape[1] // 3
bsr.bsr_matvec(m, n, 3, 3, a.indptr, a.indices, a.data, x, y)
print(np.allclose(y, 2 * (a @ x)))

# What scipy would read beyond its arrays for is an exception here.
try:
    a.indices[0] = 200
    bsr.matmul(a, x)
except ValueError as error:
    print(error)
# [use-python-module]
