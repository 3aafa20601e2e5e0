namespace Propolis.Vmm.Devices.Uart;

/// <summary>Register bits of the NS16550D (National Semiconductor PC16550D data sheet, section 8) and what follows from them.</summary>
public static class UartRules
{
    /// <summary>Bytes in each FIFO.</summary>
    public const int FifoSize = 16;

    /// <summary>IER: received data.</summary>
    public const byte ReceivedData = 0x01;

    /// <summary>IER: transmitter holding register empty.</summary>
    public const byte TransmitterEmpty = 0x02;

    /// <summary>IER: line status.</summary>
    public const byte LineStatus = 0x04;

    /// <summary>IER: modem status.</summary>
    public const byte ModemStatus = 0x08;

    /// <summary>FCR: FIFOs on.</summary>
    public const byte FifoEnable = 0x01;

    /// <summary>FCR: empty the receiver FIFO.</summary>
    public const byte FifoClearReceiver = 0x02;

    /// <summary>LCR: offsets 0 and 1 are the divisor latch.</summary>
    public const byte DivisorLatch = 0x80;

    /// <summary>MCR: data terminal ready, request to send, output 1, output 2, loopback.</summary>
    public const byte Dtr = 0x01, Rts = 0x02, Out1 = 0x04, Out2 = 0x08, Loop = 0x10;

    /// <summary>LSR: data ready.</summary>
    public const byte DataReady = 0x01;

    /// <summary>LSR: a byte came and found no room.</summary>
    public const byte Overrun = 0x02;

    /// <summary>LSR: the line was held low for a whole byte.</summary>
    public const byte Break = 0x10;

    /// <summary>LSR: transmitter holding register empty, and transmitter empty. Bytes leave at once, so both are always set.</summary>
    public const byte TransmitterIdle = 0x60;

    /// <summary>LSR: an error somewhere in the receiver FIFO.</summary>
    public const byte FifoError = 0x80;

    /// <summary>MSR: clear to send, data set ready, ring, carrier.</summary>
    public const byte Cts = 0x10, Dsr = 0x20, Ring = 0x40, Carrier = 0x80;

    /// <summary>Bytes in the receiver FIFO that make an interrupt, by FCR bits 6 and 7.</summary>
    public static int TriggerLevel(byte fcr) => (fcr & FifoEnable) == 0 ? 1 : (fcr >> 6) switch { 0 => 1, 1 => 4, 2 => 8, _ => 14 };

    /// <summary>The modem inputs that the outputs make in loopback: RTS to CTS, DTR to DSR, OUT1 to RI, OUT2 to DCD.</summary>
    public static byte LoopedModemLines(byte mcr) => (byte)(
        ((mcr & Rts) != 0 ? Cts : 0) |
        ((mcr & Dtr) != 0 ? Dsr : 0) |
        ((mcr & Out1) != 0 ? Ring : 0) |
        ((mcr & Out2) != 0 ? Carrier : 0));

    /// <summary>The delta bits, low nibble of MSR, for a change of the lines: the ring's counts only when it ends.</summary>
    public static byte ModemDeltas(byte before, byte after)
    {
        var changed = before ^ after;
        if ((after & Ring) != 0) changed &= ~Ring;
        return (byte)(changed >> 4);
    }
}
