using Propolis.Crucible.Tests.Volumes;
using Propolis.Crucible.Volumes;
using Propolis.Crucible.Wire;

namespace Propolis.Disks.Tests;

/// <summary>A disk of 1 MiB on three served regions.</summary>
sealed class CrucibleDisk(bool encrypted = false) : IAsyncDisposable
{
    public const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    static readonly RegionDefinition Definition = new(512, 256, 8, Guid.Empty, Encrypted: false);

    public ThreeDownstairs Downs { get; } = new(Definition with { Encrypted = encrypted });

    public List<string> Log { get; } = [];

    public TaskCompletionSource<string> Fenced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RegionRequest Request(ulong generation, params int[] targets) => new()
    {
        BlockSize = 512,
        BlocksPerExtent = Definition.ExtentSize,
        ExtentCount = Definition.ExtentCount,
        Gen = generation,
        Opts = new CrucibleOpts
        {
            Id = Guid.Parse("aaaaaaaa-0000-0000-0000-000000000001"),
            Target = [.. (targets is [] ? [0, 1, 2] : targets).Select(index => Downs.TargetOf(index).ToString())],
            Key = encrypted ? Key : null,
        },
    };

    public CrucibleBackend Open(VolumeConstructionRequest request, Func<CrucibleDiskOptions, CrucibleDiskOptions>? adjust = null)
    {
        var options = new CrucibleDiskOptions
        {
            Name = "data",
            Log = Note,
            Fenced = sentence => Fenced.TrySetResult(sentence),
            Adjust = o => o with { Upstairs = o.Upstairs with { ReconnectDelay = TimeSpan.FromMilliseconds(200) } },
        };
        return CrucibleBackend.Open(request, adjust?.Invoke(options) ?? options);
    }

    public async ValueTask DisposeAsync() => await Downs.DisposeAsync();

    public bool Said(string part)
    {
        lock (Log)
            return Log.Exists(line => line.Contains(part, StringComparison.Ordinal));
    }

    public string Everything()
    {
        lock (Log)
            return string.Join("\n", Log);
    }

    void Note(string line)
    {
        lock (Log)
            Log.Add(line);
    }
}
