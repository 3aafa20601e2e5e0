using Propolis.Toml;

namespace Propolis.Standalone.Config;

/// <summary>The PEM files of TLS to Crucible downstairs.</summary>
/// <param name="Certificate">cert_pem: who we are.</param>
/// <param name="Key">key_pem: the private key of that.</param>
/// <param name="RootCertificate">root_cert_pem: whom we trust.</param>
sealed record CrucibleTlsConfig(ConfigPath Certificate, ConfigPath Key, ConfigPath RootCertificate);
