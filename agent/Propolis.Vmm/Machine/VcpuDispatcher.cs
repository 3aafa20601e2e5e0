using System.Numerics;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Hypervisor;

namespace Propolis.Vmm.Machine;

/// <summary>
/// Takes a vCPU's exits to the devices: ports and memory to their bus, machine-specific registers to nobody (they read 0 and ignore writes). Allocates
/// nothing and takes no lock.
/// </summary>
public sealed class VcpuDispatcher(AddressBus ports, AddressBus memory, VcpuCounters counters)
{
    /// <summary>Answers an exit. False for one that ends the running of the vCPU.</summary>
    public bool Dispatch(in VmExit exit)
    {
        counters.CountExit(exit.Kind);
        switch (exit.Kind)
        {
            case VmExitKind.Interrupted:
                return true;
            case VmExitKind.PortRead:
                for (var i = 0; i < exit.Count; i++) Read(ports, exit.Address, exit.Data.Slice(i * exit.Size, exit.Size));
                return true;
            case VmExitKind.PortWrite:
                if (exit.Count == 1) Write(ports, exit.Address, exit.Data);
                else if (!ports.WriteRepeated(exit.Address, exit.Size, exit.Data)) counters.CountUnclaimed();
                return true;
            case VmExitKind.MemoryRead:
                Read(memory, exit.Address, exit.Data);
                return true;
            case VmExitKind.MemoryWrite:
                Write(memory, exit.Address, exit.Data);
                return true;
            case VmExitKind.MsrRead:
                exit.Data.Clear();
                return true;
            case VmExitKind.MsrWrite:
                return true;
            default:
                return false;
        }
    }

    // An access across a page comes in pieces of 3, 5, 6 or 7 bytes as well, which no device knows: byte by byte, as a real bus would.
    void Read(AddressBus bus, ulong address, Span<byte> data)
    {
        if (BitOperations.IsPow2(data.Length))
        {
            if (!bus.Read(address, data)) counters.CountUnclaimed();
            return;
        }
        for (var i = 0; i < data.Length; i++) Read(bus, address + (ulong)i, data.Slice(i, 1));
    }

    void Write(AddressBus bus, ulong address, ReadOnlySpan<byte> data)
    {
        if (BitOperations.IsPow2(data.Length))
        {
            if (!bus.Write(address, data)) counters.CountUnclaimed();
            return;
        }
        for (var i = 0; i < data.Length; i++) Write(bus, address + (ulong)i, data.Slice(i, 1));
    }
}
