namespace Propolis.Silo.Tests.Simulation;

/// <summary>How much goes wrong; probabilities.</summary>
sealed record SimFaults
{
    public static SimFaults None { get; } = new();

    public static SimFaults Many { get; } = new()
    {
        WriteFails = 0.01,
        WriteReplyLost = 0.01,
        WriteTorn = 0.003,
        ReadFails = 0.003,
        PublishFails = 0.01,
        RequestLost = 0.03,
        ReplyLost = 0.03,
        RequestDoubled = 0.03,
    };

    public double WriteFails { get; init; }

    public double WriteReplyLost { get; init; }

    public double WriteTorn { get; init; }

    public double ReadFails { get; init; }

    public double PublishFails { get; init; }

    public double RequestLost { get; init; }

    public double ReplyLost { get; init; }

    public double RequestDoubled { get; init; }
}
