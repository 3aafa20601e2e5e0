namespace Propolis.Vmm.Bus;

/// <summary>Takes message-signalled interrupts on behalf of the local APICs.</summary>
public interface IMsiTarget
{
    /// <summary>Delivers a message. An address outside 0xFEE00000 to 0xFEEFFFFF is the guest's mistake and is dropped.</summary>
    void Signal(MsiMessage message);
}
