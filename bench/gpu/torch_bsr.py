#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""torch_bsr.py shipped|tuned <block>: times of torch's Triton kernels for BSR at the points of gpu_bench, with the
parameters that torch ships or after its own tuning; and of its sampled_addmm. A line of JSON each."""
import json
import statistics
import sys

import torch
from torch.sparse._triton_ops import bsr_dense_addmm
from torch.sparse._triton_ops_meta import tune_bsr_dense_addmm

SIZE = 8192


def seconds(work):
    for _ in range(3):
        work()
    torch.cuda.synchronize()
    found = []
    total = 0.0
    while len(found) < 20 or (total < 0.5 and len(found) < 500):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        work()
        end.record()
        end.synchronize()
        found.append(begin.elapsed_time(end) * 1e-3)
        total += found[-1]
    return found


def random_bsr(block, density):
    """As many blocks in each block row, at random places."""
    count = SIZE // block
    per_row = max(1, round(density * count))
    columns = torch.rand(count, count, device="cuda").argsort(dim=1)[:, :per_row].sort(dim=1).values
    starts = torch.arange(0, count * per_row + 1, per_row, device="cuda")
    values = torch.rand(count * per_row, block, block, device="cuda", dtype=torch.bfloat16) * 2 - 1
    return torch.sparse_bsr_tensor(starts, columns.reshape(-1), values, (SIZE, SIZE))


def main():
    way, block = sys.argv[1], int(sys.argv[2])
    if not torch.cuda.is_available():
        print("skipped: torch sees no device")
        return 4
    torch.manual_seed(3)
    print(f"torch {torch.__version__}, Triton parameters {way}")
    for sparsity in (0.5, 0.75, 0.9, 0.95):
        a = random_bsr(block, 1 - sparsity)
        x = torch.rand(SIZE, SIZE, device="cuda", dtype=torch.bfloat16) * 2 - 1
        out = torch.empty(SIZE, SIZE, device="cuda", dtype=torch.bfloat16)
        if way == "tuned":
            tune_bsr_dense_addmm(out, a, x, beta=0, alpha=1, store=True, force=True)
        found = seconds(lambda: bsr_dense_addmm(out, a, x, beta=0, alpha=1, out=out))
        print(json.dumps({"point": f"spmm bf16 {SIZE}x{SIZE}x{SIZE} {block}x{block} sparsity {sparsity:.2f}",
                          "contender": f"torch Triton BSR, {way}", "median": statistics.median(found),
                          "best": min(found), "samples": len(found)}), flush=True)
        if way == "shipped":
            y = torch.rand(SIZE, SIZE, device="cuda", dtype=torch.bfloat16) * 2 - 1
            found = seconds(lambda: torch.sparse.sampled_addmm(a, x, y, beta=0, alpha=1))
            print(json.dumps({"point": f"sddmm bf16 {SIZE}x{SIZE}x{SIZE} {block}x{block} sparsity {sparsity:.2f}",
                              "contender": "torch sampled_addmm", "median": statistics.median(found),
                              "best": min(found), "samples": len(found)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
