namespace Propolis.Vmm.Devices.Uart;

/// <summary>
/// What is plugged into a serial port. Called from vCPU threads with no lock of the port held: an implementation keeps what it is given and returns; a guest never waits
/// for a client.
/// </summary>
public interface ISerialHost
{
    /// <summary>Takes what the guest sent, in order; the span is valid during the call.</summary>
    void Transmit(ReadOnlySpan<byte> bytes);

    /// <summary>There is room again after <see cref="SerialPort.Receive"/> took less than it was given.</summary>
    void ReceiveReady();
}
