#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""data.py FOLDER: writes FOLDER/digits.npz, 1797 handwritten digits of 8 x 8 pixels, from scikit-learn's package.

The file is read where pip put it; scikit-learn itself, which would want scipy and more, is not imported. The digits
are from the UC Irvine Machine Learning Repository ("Optical Recognition of Handwritten Digits", Alpaydin and Kaynak
1998, CC BY 4.0). Every fourth sample is for testing, after a shuffle that is always the same.
"""
import gzip
import importlib.metadata
import pathlib
import sys

import numpy as np


def digits():
    for file in importlib.metadata.files("scikit-learn") or []:
        if file.name == "digits.csv.gz":
            with gzip.open(file.locate(), "rt") as lines:
                return np.loadtxt(lines, delimiter=",")
    sys.exit("scikit-learn's package has no digits.csv.gz")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    table = digits()
    table = table[np.random.default_rng(0).permutation(len(table))]
    test = np.arange(len(table)) % 4 == 0
    x, y = table[:, :64].astype("f4"), table[:, 64].astype("i4")
    np.savez_compressed(folder / "digits.npz", x_train=x[~test], y_train=y[~test], x_test=x[test], y_test=y[test])
    print(f"{len(table)} digits, {test.sum()} of them to test: {folder / 'digits.npz'}")


if __name__ == "__main__":
    sys.exit(main())
