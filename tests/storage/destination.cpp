// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/destination.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/storage.hpp"

namespace other {

/// An expression of another library: storage calls assign(), found beside it, and knows nothing else of it.
struct noting {
  using bsr_expression = void;
  std::string* said;
};
struct quietly {};

inline std::string word(std::integral_constant<bsr::update, bsr::update::set>) { return "="; }
inline std::string word(std::integral_constant<bsr::update, bsr::update::add>) { return "+="; }
inline std::string word(std::integral_constant<bsr::update, bsr::update::subtract>) { return "-="; }

template <class View, class Update>
void assign(const View& to, const noting& e, Update update) {
  *e.said += word(update) + std::to_string(reinterpret_cast<std::uintptr_t>(to.data()) != 0) + " ";
}
template <class View, class Update>
void assign(const quietly&, const View&, const noting& e, Update update) {
  *e.said += "quietly " + word(update) + " ";
}

}  // namespace other

namespace {

TEST_CASE("destination: views and owners hand their assignments to the expression", "[storage]") {
  std::string said;
  const other::noting e{&said};
  std::vector<double> v(6);
  const bsr::dense_view x(v.data(), 2, 3);
  x = e;
  x += e;
  x -= e;
  CHECK(said == "=1 +=1 -=1 ");
  said.clear();
  const bsr::vector_view y(v.data(), 6);
  y += e;
  bsr::dense_matrix<double> z(2, 2);
  z = e;
  z -= e;
  CHECK(said == "+=1 =1 -=1 ");
}

TEST_CASE("destination: under a policy, by value or by reference", "[storage]") {
  std::string said;
  const other::noting e{&said};
  std::vector<double> v(6);
  const bsr::dense_view x(v.data(), 2, 3);
  x.on(other::quietly{}) = e;
  other::quietly policy;
  bsr::vector_view(v.data(), 6).on(policy) += e;
  bsr::dense_matrix<double> z(2, 2);
  z.on(policy) -= e;
  CHECK(said == "quietly = quietly += quietly -= ");
  STATIC_CHECK(std::is_same_v<decltype(x.on(policy).policy), other::quietly&>);
  STATIC_CHECK(std::is_same_v<decltype(x.on(other::quietly{}).policy), other::quietly>);
}

TEST_CASE("destination: only expressions can be assigned", "[storage]") {
  STATIC_CHECK(bsr::expression<other::noting>);
  STATIC_CHECK_FALSE(bsr::expression<double>);
  STATIC_CHECK_FALSE(std::is_assignable_v<bsr::dense_view<double>, double>);
  STATIC_CHECK_FALSE(std::is_assignable_v<bsr::dense_view<double>, bsr::dense_view<double>>);
}

}  // namespace
