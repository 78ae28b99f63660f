// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The front door for host code: storage, the grammar, the CPU backend, scipy's verbs and conversions.
#include "bsr/convert/copy.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/convert/to_csr.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/expr/refuse.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/kernel/cpu/backend.hpp"
#include "bsr/op/spmm.hpp"
#include "bsr/op/spmv.hpp"
#include "bsr/storage.hpp"
