using System.Net.Security;

namespace Propolis.Vmm.Migration;

/// <summary>
/// Encrypts and authenticates every connection of a migration. For mutual authentication the dialer has a client certificate and the listener demands one
/// (<see cref="SslServerAuthenticationOptions.ClientCertificateRequired"/>); what is trusted is these options' affair.
/// </summary>
/// <param name="Dialer">For the side that connects.</param>
/// <param name="Listener">For the side that is connected to.</param>
public sealed record MigrationTls(SslClientAuthenticationOptions? Dialer, SslServerAuthenticationOptions? Listener);
