using Propolis.Vmm.Devices.Nvme;

namespace Propolis.Vmm.Tests.Devices.Nvme;

/// <summary>An attachment without threads: remembers what the chip asks for, and serves it when told to.</summary>
sealed class TestAttachment : INvmeAttachment
{
    volatile bool _isAwake;

    public bool UsesPin { get; set; }

    public bool IsBusMaster { get; set; } = true;

    public int PinUpdates { get; private set; }

    public List<ushort> Interrupts { get; } = [];

    public int DoorbellUpdates { get; private set; }

    public void Wake() => _isAwake = true;

    public void Interrupt(CompletionQueue queue)
    {
        lock (Interrupts) Interrupts.Add(queue.Vector);
    }

    public void UpdatePin() => PinUpdates++;

    public void UpdateDoorbells() => DoorbellUpdates++;

    /// <summary>Serves as long as the chip asks for it. A chip that never stops asking is a failure.</summary>
    public void Pump(NvmeChip chip)
    {
        for (var rounds = 0; _isAwake; rounds++)
        {
            Assert.True(rounds < 10_000, "the chip keeps waking itself");
            _isAwake = false;
            chip.Service();
        }
    }
}
