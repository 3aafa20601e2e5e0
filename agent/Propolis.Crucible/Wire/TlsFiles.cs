using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Propolis.Crucible.Wire;

/// <summary>
/// The certificate, key and root of one side of a mutually authenticated connection. The key is RSA in PKCS#1 form.
/// </summary>
public sealed class TlsFiles : IDisposable
{
    readonly X509Certificate2 _certificate;
    readonly X509Certificate2Collection _roots = [];

    TlsFiles(X509Certificate2 certificate, string rootPem)
    {
        _certificate = certificate;
        _roots.ImportFromPem(rootPem);
    }

    /// <summary>Loads the three PEM files.</summary>
    /// <exception cref="FrameException">A file is missing or not of the form; the text says which.</exception>
    public static TlsFiles Load(string certificatePath, string keyPath, string rootPath)
    {
        try
        {
            return new TlsFiles(
                X509Certificate2.CreateFromPem(File.ReadAllText(certificatePath), File.ReadAllText(keyPath)),
                File.ReadAllText(rootPath));
        }
        catch (Exception error) when (error is IOException or System.Security.Cryptography.CryptographicException or ArgumentException)
        {
            throw new FrameException($"the TLS files {certificatePath}, {keyPath} and {rootPath} cannot be used: {error.Message}");
        }
    }

    /// <summary>Why a set of three optional paths is not usable, or null: all or none must be given.</summary>
    public static string? Check(string? certificatePath, string? keyPath, string? rootPath)
    {
        var given = new[] { certificatePath, keyPath, rootPath }.Count(path => path is not null);
        return given is 0 or 3 ? null : "cert_pem, key_pem and root_cert_pem must be given together";
    }

    /// <summary>Secures an accepted connection; the other side must present a certificate of the same root.</summary>
    public async Task<Stream> AcceptAsync(Stream stream, CancellationToken cancellation)
    {
        var secured = new SslStream(stream);
        await secured.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = true,
                CertificateChainPolicy = Policy(),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            },
            cancellation).ConfigureAwait(false);
        return secured;
    }

    /// <summary>Secures a connection made to <paramref name="serverName"/>, which the other side's certificate must carry.</summary>
    public async Task<Stream> ConnectAsync(Stream stream, string serverName, CancellationToken cancellation)
    {
        var secured = new SslStream(stream);
        await secured.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = serverName,
                ClientCertificates = [_certificate],
                CertificateChainPolicy = Policy(),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            },
            cancellation).ConfigureAwait(false);
        return secured;
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(_roots);
        return policy;
    }
}
