using System.Net;
using Propolis.Crucible.Crypto;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Volumes;

/// <summary>Makes volumes out of construction requests. Nothing is connected before they are activated, but the server of a <c>url</c> part is asked for its size.</summary>
public sealed class VolumeBuilder
{
    static readonly HttpClient Web = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The files of <c>file</c> volumes.</summary>
    public IFileTree Files { get; init; } = new HostFileTree();

    /// <summary>How <c>url</c> volumes are read; without a time limit of its own.</summary>
    public HttpClient Http { get; init; } = Web;

    /// <summary>Whom region sets ask after a refused promotion.</summary>
    public ILeaseOwner? LeaseOwner { get; init; }

    /// <summary>Gives each region set a session of its own.</summary>
    public Func<Guid> NewSession { get; init; } = () => new Guid(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Lines for the operator.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>Called with every region set that is made, to hear of displacement or change its timers.</summary>
    public Func<RegionSetOptions, RegionSetOptions> Adjust { get; init; } = options => options;

    /// <summary>Makes a volume.</summary>
    /// <exception cref="CrucibleException">The request cannot be met; the text says what is wrong.</exception>
    public IVolume Build(VolumeConstructionRequest request) => request switch
    {
        VolumeRequest volume => new Volume(
            volume.Id, (int)volume.BlockSize, volume.SubVolumes.Select(Build).ToList(),
            volume.ReadOnlyParent is null ? null : Build(volume.ReadOnlyParent), Clock),
        RegionRequest region => new RegionSet(Adjust(Options(region))),
        FileRequest file => new FileVolume(OpenFile(file.Path), (int)file.BlockSize),
        UrlRequest url => UrlVolume.Open(Http, url.Url, (int)url.BlockSize, Clock),
        _ => throw Wrong(CrucibleErrorKind.Unsupported, $"a {request.GetType().Name} cannot be opened"),
    };

    RegionSetOptions Options(RegionRequest region)
    {
        var opts = region.Opts;
        var upstairs = new UpstairsOptions
        {
            UpstairsId = opts.Id,
            SessionId = NewSession(),
            Targets = opts.Target.Select(ParseTarget).ToList(),
            BlockSize = (uint)Math.Min(region.BlockSize, uint.MaxValue),
            BlocksPerExtent = region.BlocksPerExtent,
            ExtentCount = region.ExtentCount,
            ReadOnly = opts.ReadOnly,
            Encrypted = opts.Key is not null,
            Sync = opts.Sync,
            FlushTimeout = TimeSpan.FromSeconds(opts.FlushTimeout ?? 0.5),
        };
        if ((upstairs.Check() ?? TlsFiles.Check(opts.CertPem, opts.KeyPem, opts.RootCertPem)) is { } problem)
            throw Wrong(CrucibleErrorKind.GenericError, problem);
        return new RegionSetOptions
        {
            Upstairs = upstairs,
            Generation = region.Gen,
            Cipher = opts.Key is null ? null : new AesGcmSiv(ParseKey(opts.Key)),
            Tls = opts.CertPem is null ? null : TlsFiles.Load(opts.CertPem, opts.KeyPem!, opts.RootCertPem!),
            LeaseOwner = LeaseOwner,
            Clock = Clock,
            Log = Log,
        };
    }

    /// <summary>Reads ADDRESS:PORT.</summary>
    /// <exception cref="CrucibleException">It is not.</exception>
    public static IPEndPoint ParseTarget(string text) => IPEndPoint.TryParse(text, out var target) && target.Port != 0
        ? target
        : throw Wrong(CrucibleErrorKind.GenericError, $"target '{text}' is not ADDRESS:PORT");

    static byte[] ParseKey(string text)
    {
        var key = new byte[AesGcmSiv.KeySize];
        return Convert.TryFromBase64String(text, key, out var length) && length == key.Length
            ? key
            : throw Wrong(CrucibleErrorKind.GenericError, $"the encryption key must be base64 of {AesGcmSiv.KeySize} bytes");
    }

    IRandomFile OpenFile(string path)
    {
        try
        {
            return Files.Open(path, writable: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Wrong(CrucibleErrorKind.IoError, $"cannot open {path}: {error.Message}");
        }
    }

    static CrucibleException Wrong(CrucibleErrorKind kind, string text) => new(CrucibleError.Of(kind, text));
}
