using Propolis.Vmm.Bus;

namespace Propolis.Vmm.Devices.DebugPort;

/// <summary>The debug console at port 0x402: reads 0xE9, by which OVMF finds it, and hands what is written to a sink.</summary>
public sealed class DebugConsole(DebugSink sink) : IBusDevice, IBurstWrite
{
    /// <summary>The port.</summary>
    public const ushort Port = 0x402;

    const byte Presence = 0xe9;

    /// <summary>Takes the port.</summary>
    public void Attach(AddressBus ports) => ports.Register(Port, 1, this);

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data) => data[0] = Presence;

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data) => sink(data);

    /// <inheritdoc/>
    public void WriteBurst(ulong offset, int width, ReadOnlySpan<byte> elements) => sink(elements);
}
