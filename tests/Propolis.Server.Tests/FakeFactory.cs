using Propolis.Contracts.Specs;
using Propolis.Server.Machines;
using Propolis.Vmm.Bus;
using Propolis.Vmm.Devices.Uart;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Serial;
using UartPort = Propolis.Vmm.Devices.Uart.SerialPort;

namespace Propolis.Server.Tests;

/// <summary>Builds machines without guests, and plays the guest: sends and reads on COM1, switches off, fails.</summary>
sealed class FakeFactory : IMachineFactory
{
    const ulong Data = 0;

    UartPort? _port;

    public FakeBody Body { get; set; } = new();

    public Exception? Failure { get; set; }

    public IMachineControl Guest { get; private set; } = new MachineInputQueue();

    public Dictionary<SpecKey, ICrucibleVolume> Volumes { get; } = [];

    public BuiltMachine Build(MachineOrder order)
    {
        if (Failure is not null) throw Failure;
        Guest = order.Control;
        _port = new UartPort(SerialPortAddress.All[0], new InterruptInputs((_, _) => { }), TimeProvider.System);
        return new BuiltMachine
        {
            Body = Body,
            Serial = new SerialConsole(_port, MachineFactory.SerialHistoryBytes, MachineFactory.SerialHistoryBytes),
            InjectNmi = () => Body.Note("nmi"),
            Volumes = Volumes,
        };
    }

    /// <summary>The guest sends bytes.</summary>
    public void Print(ReadOnlySpan<byte> text)
    {
        foreach (var letter in text) _port!.Write(Data, [letter]);
    }

    /// <summary>The guest reads what was typed, once it is there.</summary>
    public char Read()
    {
        Span<byte> letter = [0];
        _port!.Read(Data, letter);
        return (char)letter[0];
    }
}
