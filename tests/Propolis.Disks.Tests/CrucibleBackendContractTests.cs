using Propolis.Vmm.Block;
using Propolis.Vmm.Tests.Block;

namespace Propolis.Disks.Tests;

/// <summary>A Crucible disk does what every disk does.</summary>
public class CrucibleBackendContractTests : BlockBackendContract
{
    readonly CrucibleDisk _disk;

    public CrucibleBackendContractTests()
        : this(encrypted: false)
    {
    }

    protected CrucibleBackendContractTests(bool encrypted) => _disk = new CrucibleDisk(encrypted);

    protected override IBlockBackend OpenDisk()
    {
        _disk.Downs.StartAllAsync().GetAwaiter().GetResult();
        return _disk.Open(_disk.Request(1));
    }

    protected override void CleanUp() => _disk.DisposeAsync().AsTask().GetAwaiter().GetResult();
}

/// <summary>An encrypted one, too.</summary>
public sealed class EncryptedCrucibleBackendContractTests() : CrucibleBackendContractTests(encrypted: true);
