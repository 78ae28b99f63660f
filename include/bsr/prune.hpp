// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Pruning: from a dense trained layer to a block-sparse one, and what training with it needs. CMake component
// prune.
#include "bsr/prune/account.hpp"
#include "bsr/prune/average.hpp"
#include "bsr/prune/candidates.hpp"
#include "bsr/prune/gather.hpp"
#include "bsr/prune/group_lasso.hpp"
#include "bsr/prune/layer_density.hpp"
#include "bsr/prune/low_rank.hpp"
#include "bsr/prune/n_of_m.hpp"
#include "bsr/prune/quantize.hpp"
#include "bsr/prune/reconstruct.hpp"
#include "bsr/prune/regrow.hpp"
#include "bsr/prune/rule.hpp"
#include "bsr/prune/schedule.hpp"
#include "bsr/prune/score.hpp"
#include "bsr/prune/score_table.hpp"
