#pragma once

#include "neurode/network/families.hpp"

namespace neurode::network {

InitialiserEntry constant_initialiser();
InitialiserEntry distance_initialiser();
InitialiserEntry file_initialiser();
InitialiserEntry glorot_initialiser();
InitialiserEntry he_initialiser();
InitialiserEntry lecun_initialiser();
InitialiserEntry normal_initialiser();
InitialiserEntry orthogonal_initialiser();
InitialiserEntry spectral_radius_initialiser();
InitialiserEntry uniform_initialiser();
InitialiserEntry values_initialiser();

/// A fault at what the user wrote.
void report(const InitialiserContext& context, std::string problem, std::string found, std::string allowed,
            Diagnostics& diagnostics);

/// "3 x 2", rows first.
std::string shape_text(Index rows, Index cols);

/// Element (i, j) is mean + std * the standard normal number j * rows + i of the context's stream.
void fill_normal(const InitialiserContext& context, double mean, double std, Matrix& out);
/// The same, uniform in (low, high).
void fill_uniform(const InitialiserContext& context, double low, double high, Matrix& out);

/// The key `diagonal`, and what it does: false sets the diagonal of a square matrix to 0.
ParameterSpec diagonal_parameter();
void apply_diagonal(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics);

/// Are the numbers a whole matrix, and not one a connection? Reported where not.
bool is_matrix(const InitialiserContext& context, Diagnostics& diagnostics);

/// Connections to a neuron that receives and from one that sends, as far as the weights' form shows it.
double fan_in(const InitialiserContext& context);
double fan_out(const InitialiserContext& context);

/// Keys and filling of initialisers that choose a variance: gain^2 * variance, normal or uniform.
ParameterTable variance_parameters();
void fill_variance(const InitialiserContext& context, double variance, Matrix& out);

}  // namespace neurode::network
