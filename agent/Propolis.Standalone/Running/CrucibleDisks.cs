using Propolis.Crucible.Extents;
using Propolis.Crucible.Volumes;
using Propolis.Disks;
using Propolis.Standalone.Config;
using Propolis.Vmm.Machine;

namespace Propolis.Standalone.Running;

/// <summary>Makes the Crucible disks of one machine: a generation each, taken from the configuration or from the file beside it.</summary>
sealed class CrucibleDisks(string configFile, IMachineControl machine, Log log, TimeProvider clock)
{
    readonly GenerationFile _generations = new(GenerationFile.PathFor(configFile), new HostFileTree(), clock);

    /// <summary>Makes a disk. Throws <see cref="Vmm.Block.BlockBackendException"/> when it cannot be right.</summary>
    public CrucibleBackend Open(CrucibleDiskConfig disk)
    {
        var generation = disk.Generation ?? _generations.Next(disk.Name);
        return CrucibleBackend.Open(RequestOf(disk, generation), new CrucibleDiskOptions
        {
            Name = disk.Name,
            ReadOnly = disk.ReadOnly,
            SkipFlush = disk.SkipFlush,
            LeaseOwner = disk.Generation is null ? _generations.OwnerOf(disk.Name) : null,
            // A guest whose disk belongs to another session must not go on: the machine stops where it is.
            Fenced = machine.GuestFenced,
            Log = line => log.Write(LogLevel.Info, line),
            Clock = clock,
        });
    }

    /// <summary>The volume construction request of a disk.</summary>
    internal static RegionRequest RequestOf(CrucibleDiskConfig disk, ulong generation) => new()
    {
        BlockSize = disk.BlockSize!.Value,
        BlocksPerExtent = disk.BlocksPerExtent,
        ExtentCount = disk.ExtentCount,
        Gen = generation,
        Opts = new CrucibleOpts
        {
            Id = disk.UpstairsId ?? new Guid(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)),
            Target = [.. disk.Targets.Select(target => target.ToString())],
            Lossy = disk.Lossy,
            FlushTimeout = (float?)disk.FlushTimeout?.TotalSeconds,
            Key = disk.EncryptionKey is { } key ? Convert.ToBase64String(key.Span) : null,
            CertPem = disk.Tls?.Certificate.FullPath,
            KeyPem = disk.Tls?.Key.FullPath,
            RootCertPem = disk.Tls?.RootCertificate.FullPath,
            Control = disk.ControlAddress?.ToString(),
            ReadOnly = disk.ReadOnly,
            Sync = disk.Sync,
        },
    };
}
