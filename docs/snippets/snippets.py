# SPDX-License-Identifier: BSD-3-Clause
"""The Python of the pages. Exits with 77 where there is no scipy."""
import os
import sys
import tempfile

try:
    import scipy  # noqa: F401
except ImportError:
    print("there is no scipy here")
    sys.exit(77)

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    # [scipy-writes]
    import numpy as np
    import scipy.sparse as sp

    line = sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(100, 100))
    k = sp.kron(line, np.ones((3, 3)), format="bsr")
    sp.save_npz("k.npz", k)
    # [scipy-writes]
    assert k.blocksize == (3, 3) and k.shape == (300, 300)
    # [scipy-reads]
    k = sp.load_npz("k.npz")
    # [scipy-reads]
    assert k.format == "bsr"
    os.chdir("/")

v, i, j = [1.0, 2.0, 3.0, 4.0], [0, 1, 2, 2], [1, 1, 3, 3]
x, y = np.ones(4), np.zeros(4)
# [python]
a = sp.bsr_array((v, (i, j)), shape=(4, 4), blocksize=(2, 2))
a.sort_indices()
a.eliminate_zeros()
a.check_format()
y = 2 * (a.T @ x) + y
c = a.tocsr()
# [python]
assert list(y) == [0, 6, 0, 14] and c.nnz == 8
