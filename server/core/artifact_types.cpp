// SPDX-License-Identifier: Apache-2.0
#include "server/core/artifact_types.hpp"

namespace fairlead::server {
namespace {

// gitlabhq app/models/concerns/enums/ci/job_artifact.rb
constexpr ArtifactType kTypes[] = {
    {"archive", "zip", ""},
    {"metadata", "gzip", ""},
    {"junit", "gzip", "junit.xml"},
    {"dotenv", "gzip", ".env"},
    {"cobertura", "gzip", "cobertura-coverage.xml"},
    {"jacoco", "gzip", "jacoco-coverage.xml"},
    {"metrics", "gzip", "metrics.txt"},
    {"metrics_referee", "gzip", ""},
    {"network_referee", "gzip", ""},
    {"cluster_applications", "gzip", "gl-cluster-applications.json"},
    {"cyclonedx", "gzip", "gl-sbom.cdx.json"},
    {"annotations", "gzip", "gl-annotations.json"},
    {"repository_xray", "gzip", "gl-repository-xray.json"},
    {"lsif", "zip", "lsif.json"},
    {"scip", "zip", "index.scip"},
    {"sast", "raw", "gl-sast-report.json"},
    {"secret_detection", "raw", "gl-secret-detection-report.json"},
    {"dependency_scanning", "raw", "gl-dependency-scanning-report.json"},
    {"container_scanning", "raw", "gl-container-scanning-report.json"},
    {"cluster_image_scanning", "raw", "gl-cluster-image-scanning-report.json"},
    {"dast", "raw", "gl-dast-report.json"},
    {"license_scanning", "raw", "gl-license-scanning-report.json"},
    {"accessibility", "raw", "gl-accessibility.json"},
    {"codequality", "raw", "gl-code-quality-report.json"},
    {"performance", "raw", "performance.json"},
    {"browser_performance", "raw", "browser-performance.json"},
    {"load_performance", "raw", "load-performance.json"},
    {"terraform", "raw", "tfplan.json"},
    {"requirements", "raw", "requirements.json"},
    {"requirements_v2", "raw", "requirements_v2.json"},
    {"coverage_fuzzing", "raw", "gl-coverage-fuzzing.json"},
    {"api_fuzzing", "raw", "gl-api-fuzzing-report.json"},
    {"sarif", "raw", "gl-sarif-report.sarif"},
};

}  // namespace

const ArtifactType* find_artifact_type(std::string_view name) {
  for (const auto& type : kTypes)
    if (type.name == name) return &type;
  return nullptr;
}

}  // namespace fairlead::server
