using Propolis.Vmm.Devices.FwCfg;
using Propolis.Vmm.Machine;
using Propolis.Vmm.State;

namespace Propolis.Vmm.Devices.Ramfb;

/// <summary>
/// The framebuffer that OVMF sets up through the fw_cfg file etc/ramfb: the guest's screen lies in its memory, and this is where it said so. Whoever shows the
/// screen asks <see cref="Mode"/> each time.
/// </summary>
public sealed class RamfbDevice : IFwCfgSink, ILifecycle, ISnapshot
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "etc/ramfb";

    readonly Lock _gate = new();
    byte[] _configuration = [];
    RamfbMode? _mode;

    /// <inheritdoc/>
    public string Kind => "qemu-ramfb";

    /// <inheritdoc/>
    public int Version => 1;

    /// <summary>The screen, null while the guest has none.</summary>
    public RamfbMode? Mode => Volatile.Read(ref _mode);

    /// <summary>Adds the file to a catalog.</summary>
    public void AddTo(FwCfgCatalog catalog) => catalog.AddFile(FileName, new byte[RamfbMode.Size], this);

    /// <inheritdoc/>
    public void Written(ReadOnlySpan<byte> content) => Configure(content.ToArray());

    /// <inheritdoc/>
    public void Reset() => Configure([]);

    /// <inheritdoc/>
    public void Export(StateWriter writer)
    {
        lock (_gate) writer.Write((ReadOnlySpan<byte>)_configuration);
    }

    /// <inheritdoc/>
    public void Import(StateReader reader)
    {
        var configuration = reader.ReadBytes().ToArray();
        if (configuration.Length is not (0 or RamfbMode.Size)) throw new StateFormatException($"{reader.Owner}: a configuration of {configuration.Length} bytes.");
        reader.ExpectEnd();
        Configure(configuration);
    }

    void Configure(byte[] configuration)
    {
        lock (_gate)
        {
            _configuration = configuration;
            Volatile.Write(ref _mode, RamfbMode.Decode(configuration));
        }
    }
}
