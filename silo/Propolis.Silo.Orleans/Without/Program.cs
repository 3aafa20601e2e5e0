Console.Error.WriteLine("propolis-silo-orleans: was built without Orleans' packages; build again where they can be restored, or use propolis-silo.");
return 1;
